"""tiercast beside the scripts one would write instead: time, memory and accuracy in one run.

Each contender runs in its own process on the same orders, forecasts the last horizon of the data
with what was known before it, and is graded on what customers then did:

    python benchmarks/peers.py

`script` is what a data scientist writes in an afternoon: windows in pandas, two LightGBM models on
one earlier day, Shapley values for the reasons. `lifetimes` is BG/NBD with Gamma-Gamma. CDNOW and
Complete Journey come with packages; Online Retail II is read where `--online-retail` is there.
"""

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from accuracy import DISTINCT_LINES, ONLINE_RETAIL, markdown
from jobs import Watch, peak_mb

PAGE = Path("docs/peers.md")
WINDOWS = (30, 90, 180, 365)
BINS, SEED = 10, 7
CHURN, VALUE = "churn_probability", "expected_value"
# The orders of each base as customer_id, order_id, ordered_at and amount, and its horizon.
BASES: Mapping[str, tuple[str, int]] = {
    "cdnow": (
        "select customer_id, row_number() over () as order_id, date::timestamp as ordered_at, "
        "dollar_value as amount from read_parquet('{cdnow}')",
        90,
    ),
    "complete_journey": (
        "select household_id as customer_id, basket_id as order_id, "
        "transaction_timestamp as ordered_at, sales_value as amount "
        "from read_parquet('{complete_journey}')",
        28,
    ),
    "online_retail_2": (
        "select customer_id, order_id, ordered_at, amount from read_parquet('{online_retail_2}')",
        90,
    ),
}


def tiercast(orders: str, day: dt.date, horizon: int) -> pd.DataFrame:
    """Train without tuning and score with tiercast, reasons included."""
    import tiercast as package

    config = {
        "name": "peers",
        "sources": {"transactions": {"path": orders}},
        "outlook": {"horizon_days": horizon},
        "train": {"trials": 0},
        "output": {"path": "runs"},
    }
    Path("peers.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    package.train("peers.yaml", day)
    scores = package.score("peers.yaml", day).frame()
    return scores[["customer_id", CHURN, VALUE]]


def script(orders: str, day: dt.date, horizon: int) -> pd.DataFrame:
    """Fit two LightGBM models to windows of one earlier day, as they come, with reasons."""
    import lightgbm as lgb

    lines = pd.read_parquet(orders)
    now, earlier = pd.Timestamp(day), pd.Timestamp(day) - pd.Timedelta(days=horizon)
    past, rows = windows(lines, earlier), windows(lines, now)
    spent = outcome(lines, earlier, horizon).reindex(past.index, fill_value=0.0)
    settings: dict[str, Any] = {"random_state": SEED, "verbose": -1}
    buys = lgb.LGBMClassifier(**settings).fit(past, spent > 0)
    value = lgb.LGBMRegressor(**settings).fit(past, spent)
    buys.predict(rows, pred_contrib=True)
    found = {CHURN: buys.predict_proba(rows)[:, 0], VALUE: np.maximum(value.predict(rows), 0.0)}
    return pd.DataFrame({"customer_id": rows.index, **found})


def lifetimes(orders: str, day: dt.date, horizon: int) -> pd.DataFrame:
    """Fit BG/NBD and Gamma-Gamma; the chance of no order is that of a Poisson count."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    warnings.simplefilter("ignore")
    lines = pd.read_parquet(orders)
    lines = lines[(lines["ordered_at"] < pd.Timestamp(day)) & (lines["amount"] > 0)]
    rows = summary_data_from_transaction_data(
        lines, "customer_id", "ordered_at", "amount", observation_period_end=pd.Timestamp(day)
    )
    counts = BetaGeoFitter(penalizer_coef=0.001).fit(rows["frequency"], rows["recency"], rows["T"])
    expected = counts.conditional_expected_number_of_purchases_up_to_time(
        horizon, rows["frequency"], rows["recency"], rows["T"]
    )
    repeat = rows[(rows["frequency"] > 0) & (rows["monetary_value"] > 0)]
    money = GammaGammaFitter(penalizer_coef=0.001).fit(
        repeat["frequency"], repeat["monetary_value"]
    )
    each = money.conditional_expected_average_profit(rows["frequency"], rows["monetary_value"])
    found = {CHURN: np.exp(-expected), VALUE: expected * each}
    return pd.DataFrame({"customer_id": rows.index, **found}).reset_index(drop=True)


CONTENDERS: tuple[Callable[..., pd.DataFrame], ...] = (tiercast, script, lifetimes)


def windows(lines: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return recency, age, and orders and money of windows before a day, by customer."""
    past = lines[lines["ordered_at"] < day]
    ago = (day - past["ordered_at"]).dt.days
    by = past["customer_id"]
    found = {"recency": ago.groupby(by).min(), "age": ago.groupby(by).max()}
    for days in (*WINDOWS, None):
        part = past if days is None else past[ago < days]
        groups = part.groupby("customer_id")
        found[f"orders_{days}"] = groups["order_id"].nunique()
        found[f"money_{days}"] = groups["amount"].sum()
    return pd.DataFrame(found).fillna(0.0)


def outcome(lines: pd.DataFrame, day: pd.Timestamp, horizon: int) -> "pd.Series[float]":
    """Return the money of each customer with a positive amount in the horizon from a day on."""
    until = day + pd.Timedelta(days=horizon)
    later = lines[(lines["ordered_at"] >= day) & (lines["ordered_at"] < until)]
    spent = later.groupby("customer_id")["amount"].sum()
    return spent[spent > 0]


def graded(forecast: pd.DataFrame, lines: pd.DataFrame, day: dt.date, horizon: int) -> Any:
    """Return AUC, log loss, calibration error, Spearman of value and error of the total."""
    from sklearn.metrics import log_loss, roc_auc_score

    known = lines[lines["ordered_at"] < pd.Timestamp(day)]
    bought = known[known["amount"] > 0].groupby("customer_id").size()
    rows = forecast.set_index("customer_id").reindex(bought.index)
    spent = outcome(lines, pd.Timestamp(day), horizon).reindex(rows.index, fill_value=0.0)
    risk, value = rows[CHURN].fillna(1.0).clip(1e-6, 1 - 1e-6), rows[VALUE].fillna(0.0)
    left = (spent <= 0).astype(float)
    tenths = pd.qcut(risk.rank(method="first"), BINS, labels=False)
    gaps = (risk.groupby(tenths).mean() - left.groupby(tenths).mean()).abs()
    return {
        "customers": len(rows),
        "AUC": roc_auc_score(left, risk),
        "log loss": log_loss(left, risk),
        "calibration error": float(gaps.mean()),
        "Spearman of value": float(value.corr(spent, method="spearman")),
        "error of the total": float(value.sum() / spent.sum() - 1),
    }


def written(name: str, online_retail: Path, folder: Path) -> tuple[Path, dt.date, int]:
    """Write the orders of a base; return the file, the day of the forecast and the horizon."""
    import duckdb

    from tiercast.sources.samples import sample_path

    text, horizon = BASES[name]
    file = folder / f"{name}.parquet"
    if name == "online_retail_2":
        source = folder / "distinct.parquet"
        duckdb.execute(DISTINCT_LINES.format(target=source), {"lines": str(online_retail)})
    else:
        source = sample_path(f"sample://{name}/transactions.parquet").absolute()
    duckdb.execute(f"copy ({text.format(**{name: source})}) to '{file}' (format parquet)")
    last = duckdb.execute(f"select max(ordered_at)::date from '{file}'").fetchall()[0][0]
    return file, last - dt.timedelta(days=horizon - 1), horizon


def run(contender: str, file: Path, day: dt.date) -> dict[str, Any]:
    """Run a contender in a process of its own; return its seconds, memory and grades."""
    horizon = BASES[file.stem][1]
    words = [str(Path(__file__).absolute()), "--job", contender, "--orders", str(file)]
    words += ["--day", str(day), "--horizon", str(horizon)]
    with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *words],
            cwd=scratch,
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{contender} on {file.stem} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    sys.stderr.write(f"{file.stem}, {contender}: {measured['seconds']:.1f} s\n")
    return measured


def job(given: argparse.Namespace) -> None:
    """Run one contender here, grade it, and print what was measured as JSON."""
    watch, day = Watch(), dt.date.fromisoformat(given.day)
    contender = next(one for one in CONTENDERS if one.__name__ == given.job)
    with watch.time():
        forecast = contender(given.orders, day, given.horizon)
    peak = peak_mb()
    grades = graded(forecast, pd.read_parquet(given.orders), day, given.horizon)
    sys.stdout.write("\n" + json.dumps({"peak_mb": peak, **watch.measured, **grades}) + "\n")


def table(name: str, found: Mapping[str, Mapping[str, Any]], day: dt.date) -> str:
    """Return the section of a base as Markdown."""
    rows = [
        {
            "contender": contender,
            "seconds": f"{one['seconds']:.1f}",
            "peak MB": f"{one['peak_mb']:,.0f}",
            "AUC": f"{one['AUC']:.4f}",
            "log loss": f"{one['log loss']:.4f}",
            "calibration error": f"{one['calibration error']:.4f}",
            "Spearman of value": f"{one['Spearman of value']:.4f}",
            "error of the total": f"{one['error of the total']:+.1%}",
        }
        for contender, one in found.items()
    ]
    customers = next(iter(found.values()))["customers"]
    head = f"## {name}\n\n{customers:,} customers, {BASES[name][1]} days from {day}\n\n"
    return head + markdown(pd.DataFrame(rows))


def page(sections: list[str]) -> str:
    """Return the page with the tables of all bases."""
    return (
        "# Beside a script of your own\n\n"
        f"Written by `python benchmarks/peers.py` on {dt.datetime.now(dt.UTC).date()}, 2 cores. "
        "Each contender forecasts the last horizon of the data with what was known before it, in "
        "a process of its own. `script`: windows in pandas, two LightGBM models as they come on "
        "one earlier day, Shapley values. `lifetimes`: BG/NBD and Gamma-Gamma; the chance of no "
        "order is exp(-expected orders).\n\n"
        "Seconds are not of equal work. tiercast "
        "(`trials: 0`) checks the rows, trains on several past days, measures "
        "itself there, and writes intervals, tiers, segments and reasons; the script writes two "
        "columns. Calibration error: mean distance of predicted and actual churn over ten groups "
        "of equal size. One day is one draw; [the scoreboard](scoreboard.md) has several days, "
        "with intervals.\n\n" + "\n\n".join(sections) + "\n"
    )


def parsed() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bases", nargs="*", default=[*BASES], choices=[*BASES])
    parser.add_argument("--online-retail", type=Path, default=ONLINE_RETAIL)
    parser.add_argument("--output", type=Path, default=PAGE)
    for hidden in ("--job", "--orders", "--day"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--horizon", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Run every contender on every base and write the page; or do one job."""
    given = parsed()
    if given.job:
        job(given)
        return
    sections = []
    with tempfile.TemporaryDirectory(prefix="tiercast-") as scratch:
        for name in given.bases:
            if name == "online_retail_2" and not given.online_retail.is_file():
                sections.append(f"## {name}\n\nNot run: there is no {given.online_retail}.")
                continue
            file, day, _ = written(name, given.online_retail, Path(scratch))
            found = {one.__name__: run(one.__name__, file, day) for one in CONTENDERS}
            sections.append(table(name, found, day))
    given.output.write_text(page(sections), encoding="utf-8")
    sys.stderr.write(f"Written to {given.output}\n")


if __name__ == "__main__":
    main()
