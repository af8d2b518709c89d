"""Every metric of every contender, by origin and on average."""

from collections.abc import Sequence

import pandas as pd

from tiercast.backtesting.contender import Contender
from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.backtesting.sums import sums
from tiercast.modeling.evaluation import evaluate
from tiercast.modeling.metrics import ALL_METRICS, Metric


def scores_by_origin(
    forecasts: Sequence[OriginForecasts],
    contenders: Sequence[Contender],
    metrics: Sequence[Metric] = ALL_METRICS,
) -> pd.DataFrame:
    """Return one row per origin and contender: customers, then every metric.

    A contender that was not run at an origin has no row there.
    """
    rows = [
        {"origin": one.origin, "contender": contender.name}
        | {"customers": one.by_contender[contender.name].customers}
        | evaluate(one.by_contender[contender.name], metrics)
        for one in forecasts
        for contender in contenders
        if contender.name in one.by_contender
    ]
    return pd.DataFrame(rows)


def leaderboard(by_origin: pd.DataFrame) -> pd.DataFrame:
    """Return one row per contender: at how many origins it ran, then the mean of each metric."""
    grouped = by_origin.drop(columns=["origin", "customers"]).groupby("contender", sort=False)
    means = grouped.mean()
    means.insert(0, "origins", grouped.size())
    return means.reset_index()


def totals_by_origin(forecasts: Sequence[OriginForecasts], name: str) -> pd.DataFrame:
    """Return the totals that a contender expected at each origin, beside the actual ones.

    Columns: origin, customers, share (of the base's customers), expected_value, value_low and
    value_high (tiercast's 90 % interval of the total), value, season_known (whether a year before
    showed the season), expected_buyers, buyers.
    """
    return pd.DataFrame([_totals(one, name) for one in forecasts])


def _totals(one: OriginForecasts, name: str) -> dict[str, object]:
    forecast, base = one.by_contender[name], sums(one).iloc[0]
    return {
        "origin": one.origin,
        "customers": forecast.customers,
        "share": one.share,
        "expected_value": float(forecast.expected_value.sum()),
        "value_low": float(base["value_low"]),
        "value_high": float(base["value_high"]),
        "value": float(forecast.value.sum()),
        "season_known": one.season_known,
        "expected_buyers": float((1.0 - forecast.churn_probability).sum()),
        "buyers": int(forecast.customers - forecast.churned.sum()),
    }
