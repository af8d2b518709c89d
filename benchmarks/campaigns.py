"""How honest and how sharp a measured campaign is: A/A draws and planted effects on a real base.

Run in the folder of a trained base:

    python benchmarks/campaigns.py pipelines/complete_journey.yaml

Customers are those of a past day that the newest model's evaluation forecast by earlier models, so
their expected value was known before their money was. Each draw is another campaign: the arms are
drawn by the keyed hash of `tiercast experiment assign` and compared as `measure` does.
"""

import argparse
import datetime as dt
import hashlib
import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd
import tea_tasting as tt
from tea_tasting.aggr import read_aggregates

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.effects import ARM, Effect, effects
from tiercast.config.loading import load_config
from tiercast.contract.keyed_share import DIGITS
from tiercast.contract.money import money_sum
from tiercast.feature_store.history import open_history
from tiercast.snapshots.history import is_before

COVARIATES = (None, "expected_value", "past_spend", "recent_spend")
MONEY = "money"
CONSTANT, SHARE = 10.0, 0.1  # planted effects: money for each, or a share of what each spends


def customers(config_file: str, version: int, days: int) -> tuple[dt.date, pd.DataFrame]:
    """Return a past day, and each customer's money after it and what was known before.

    Columns: customer_id, money (within the horizon), expected_value (of earlier models),
    past_spend (all before the day), recent_spend (in the `days` before it).
    """
    config = load_config(config_file)
    folder = OutputFolder.of(config).evaluation(version)
    forecasts = pd.read_parquet(folder / "predictions.parquet")
    day = forecasts["as_of"].max()
    rows = forecasts.loc[forecasts["as_of"] == day, ["customer_id", "value", "expected_value"]]
    day = pd.Timestamp(day).date()
    with open_history(config) as history:
        orders = history.activity.orders
        before = orders.filter(is_before(orders.ordered_at, day))
        late = ~is_before(before.ordered_at, day - dt.timedelta(days=days))
        spent = before.group_by("customer_id").agg(
            past_spend=money_sum(before.net_value),
            recent_spend=money_sum(before.net_value, where=late),
        )
        known = spent.to_pandas()
    found = rows.rename(columns={"value": MONEY}).merge(known, on="customer_id", how="left")
    return day, found.fillna(0.0)


def in_treated(ids: pd.Series, key: str) -> np.ndarray:
    """Return who is drawn into the second half: `keyed_share` without an engine."""
    digests = (hashlib.sha256(f"{key}/{one}".encode()).hexdigest() for one in ids)
    return np.array([int(digest[:DIGITS], 16) / 16**DIGITS >= 0.5 for digest in digests])


def one_draw(people: pd.DataFrame, number: int, planted: str) -> list[dict[str, object]]:
    """Return a row per covariate: the effect that one campaign finds, and the true one."""
    treated = in_treated(people["customer_id"], f"benchmark/{planted}/{number}")
    added = {"none": 0.0, "constant": CONSTANT, "share": SHARE * people[MONEY]}[planted]
    truth = float(np.mean(added))
    arms = np.where(treated, "treated", "control")
    rows = people.assign(arm=arms, money=people[MONEY] + added * treated)
    return [
        {
            "planted": planted,
            "covariate": covariate or "raw",
            "alarm": found.p < 0.05,
            "covered": found.low <= truth <= found.high,
            "error": found.effect - truth,
            "width": found.high - found.low,
        }
        for covariate, found in measured(rows)
    ]


def measured(rows: pd.DataFrame) -> Iterator[tuple[str | None, Effect]]:
    """Yield the effect on money by each covariate."""
    for covariate in COVARIATES:
        cols = tt.Mean(MONEY, covariate).aggr_cols._asdict()
        (found,) = effects(read_aggregates(rows, ARM, **cols), "control", [MONEY], covariate)
        yield covariate, found


def main() -> None:
    """Print a table of false alarms, coverage and variance by covariate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--draws", type=int, default=200)
    given = parser.parse_args()
    horizon = load_config(given.config).outlook.horizon_days
    day, people = customers(given.config, given.version, horizon)
    rows = [
        row
        for planted in ("none", "constant", "share")
        for number in range(given.draws)
        for row in one_draw(people, number, planted)
    ]
    found = pd.DataFrame(rows)
    summed = found.groupby(["planted", "covariate"], sort=False).agg(
        alarms=("alarm", "mean"),
        coverage=("covered", "mean"),
        bias=("error", "mean"),
        width=("width", "mean"),
        variance=("error", "var"),
    )
    raw = summed.xs("raw", level="covariate")
    saved = 1 - summed["width"] ** 2 / raw["width"].reindex(summed.index, level="planted") ** 2
    out = summed.assign(variance_saved=saved)
    sys.stdout.write(f"{len(people):,} customers as of {day}, {given.draws} draws each\n")
    sys.stdout.write(out.round(4).to_string() + "\n")


if __name__ == "__main__":
    main()
