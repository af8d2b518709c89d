"""Whether what tiercast says of its doubt came true: intervals, sets, confidence, dates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.backtesting import next_dates
from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.config.schema import Config
from tiercast.modeling.distribution import COVERAGE
from tiercast.modeling.metrics import expected_calibration_error

DECILES = 10
ALL = "all"
TRUE_TIER, TIER, DECILE = "true tier", "tier", "value decile"
Figure = Callable[[pd.DataFrame], float]


@dataclass(frozen=True)
class Check:
    """A figure over customers: what came and, where something was told of it, what was told.

    It is answered for all customers, or those `among` picks, and for each group of each `by`.
    """

    name: str
    meaning: str
    came: Figure
    told: Figure | None = None
    by: tuple[str, ...] = ()
    among: Callable[[pd.DataFrame], pd.Series] | None = None


def _promised(_rows: pd.DataFrame) -> float:
    return COVERAGE


def _value_inside(rows: pd.DataFrame) -> float:
    return float(rows["value"].between(rows["value_low"], rows["value_high"]).mean())


def _tier_in_set(rows: pd.DataFrame) -> float:
    pairs = zip(rows["true_tier"], rows["tier_set"], strict=True)
    return float(np.mean([true in named for true, named in pairs]))


def _set_size(rows: pd.DataFrame) -> float:
    return float(rows["tier_set"].map(len).mean())


def _one_tier(rows: pd.DataFrame) -> float:
    return float((rows["tier_set"].map(len) == 1).mean())


def _confidence(rows: pd.DataFrame) -> float:
    return float(rows["tier_confidence"].mean())


def _hits(rows: pd.DataFrame) -> float:
    return float((rows["tier"] == rows["true_tier"]).mean())


def _confidence_error(rows: pd.DataFrame) -> float:
    hits = np.asarray(rows["tier"] == rows["true_tier"], dtype=np.float64)
    return expected_calibration_error(hits, rows["tier_confidence"].to_numpy())


CHECKS: tuple[Check, ...] = (
    Check(
        "interval",
        "value inside its interval",
        _value_inside,
        _promised,
        by=(TRUE_TIER, TIER, DECILE),
    ),
    Check("tier_set", "true tier in the tier set", _tier_in_set, _promised, by=(TRUE_TIER,)),
    Check("tier_set_size", "tiers in a set, mean", _set_size),
    Check("one_tier_sets", "share of sets with one tier", _one_tier),
    Check("tier_confidence", "assigned tier came true", _hits, _confidence, by=(TIER,)),
    Check("tier_confidence_ece", "gap of confidence and hits", _confidence_error),
    Check(
        "next_order_error",
        "days off, of those who ordered and have a usual gap",
        next_dates.date_error,
        among=next_dates.ordered_with_gap,
    ),
    Check(
        "next_order_naive_error",
        "the same, by last order plus usual gap",
        next_dates.naive_error,
        among=next_dates.ordered_with_gap,
    ),
    Check(
        "next_order_told_error",
        "days off, of those told a date",
        next_dates.date_error,
        among=next_dates.date_told,
    ),
    Check(
        "next_order_told_naive_error",
        "the same, by last order plus usual gap",
        next_dates.naive_error,
        among=next_dates.date_told,
    ),
    Check("next_order_inside", "order inside its limits", next_dates.date_inside, _promised),
    Check(
        "next_order_inside_ordered",
        "the same, of those who ordered",
        next_dates.date_inside,
        among=next_dates.ordered,
    ),
)
SIZE = Check("tier_size", "customers: assigned, and found", lambda rows: float(len(rows)))


def doubt(forecasts: Sequence[OriginForecasts], config: Config) -> pd.DataFrame:
    """Answer every check at each origin and over all of them (origin missing), in that order.

    Columns: origin, check, by, group, customers, told (missing: nothing was), came.
    """
    rows = [told_and_came(one, config.outlook.horizon_days) for one in forecasts]
    names = config.tiers.names
    parts = [_checked(frame, names).assign(origin=frame["origin"].iloc[0]) for frame in rows]
    pooled = _checked(pd.concat(rows, ignore_index=True), names).assign(origin=None)
    found = pd.concat([*(part.astype({"origin": object}) for part in parts), pooled])
    columns = ["origin", "check", "by", "group", "customers", "told", "came"]
    return found[columns].reset_index(drop=True)


def told_and_came(one: OriginForecasts, horizon_days: int) -> pd.DataFrame:
    """Answer tiercast's scores beside what came, a row per customer, with the checks' groups."""
    scores = one.scores.drop(columns=["customer_id", "as_of"]).reset_index(drop=True)
    rows = pd.concat([one.came.reset_index(drop=True), scores], axis=1).assign(origin=one.origin)
    rank = rows["expected_value"].rank(method="first") - 1
    grouped = rows.assign(
        **{TRUE_TIER: rows["true_tier"], DECILE: (rank * DECILES // len(rows)).astype(int) + 1}
    )
    return next_dates.with_waits(grouped, horizon_days)


def _checked(rows: pd.DataFrame, tier_names: tuple[str, ...]) -> pd.DataFrame:
    groups: dict[str, Sequence[object]] = {
        TRUE_TIER: tier_names,
        TIER: tier_names,
        DECILE: range(1, DECILES + 1),
    }
    found = [
        _answer(check, picked, by, group)
        for check in CHECKS
        for by, group, picked in _parts(check, rows, groups)
    ]
    return pd.DataFrame([*found, *(_size(rows, name) for name in tier_names)])


def _parts(
    check: Check, rows: pd.DataFrame, groups: dict[str, Sequence[object]]
) -> list[tuple[str, str, pd.DataFrame]]:
    """Answer the rows a check looks at, as (by, group, rows); groups without customers go."""
    among = rows if check.among is None else rows[check.among(rows)]
    parts = [
        (by, str(group), among[among[by] == group]) for by in check.by for group in groups[by]
    ]
    return [part for part in [(ALL, ALL, among), *parts] if len(part[2])]


def _answer(check: Check, rows: pd.DataFrame, by: str, group: str) -> dict[str, object]:
    return {
        "check": check.name,
        "by": by,
        "group": group,
        "customers": len(rows),
        "told": float("nan") if check.told is None else check.told(rows),
        "came": check.came(rows),
    }


def _size(rows: pd.DataFrame, tier: str) -> dict[str, object]:
    """Answer how many were put in a tier, and how many came to be in it."""
    return {
        "check": SIZE.name,
        "by": TIER,
        "group": tier,
        "customers": len(rows),
        "told": float((rows["tier"] == tier).sum()),
        "came": float((rows["true_tier"] == tier).sum()),
    }
