"""Coverage and calibration of tiercast: intervals, sums, sets, confidence, dates."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from tiercast.backtesting import next_dates
from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.backtesting.sums import SEGMENT, sums
from tiercast.config.schema import Config
from tiercast.modeling.checks import CHURN_ECE, INTERVAL, TIER_CHECKS, TIER_SET, Check, promised
from tiercast.modeling.metrics import UNDEFINED
from tiercast.scoring.totals import WHOLE

DECILES = 10
ALL = "all"
TRUE_TIER, TIER, DECILE = "true tier", "tier", "value decile"
GROUPED_BY = {
    INTERVAL.name: (TRUE_TIER, TIER, DECILE),
    TIER_SET.name: (TRUE_TIER,),
    "tier_confidence": (TIER,),
}


CHECKS: tuple[Check, ...] = (
    CHURN_ECE,
    *(replace(one, by=GROUPED_BY.get(one.name, ())) for one in (INTERVAL, *TIER_CHECKS)),
    Check(
        "next_order_by_date",
        "ordered by the date, of those with a predicted date",
        next_dates.by_date,
        next_dates.by_median,
        among=next_dates.has_date,
    ),
    Check(
        "next_order_any_error",
        "days off, of those with a date; no order: horizon's end",
        next_dates.date_error,
        among=next_dates.has_date_and_gap,
    ),
    Check(
        "next_order_any_naive_error",
        "the same, by last order plus usual gap",
        next_dates.naive_error,
        among=next_dates.has_date_and_gap,
    ),
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
        "days off, of those with a date who ordered",
        next_dates.date_error,
        among=next_dates.date_predicted,
    ),
    Check(
        "next_order_told_naive_error",
        "the same, by last order plus usual gap",
        next_dates.naive_error,
        among=next_dates.date_predicted,
    ),
    Check("next_order_inside", "order inside its limits", next_dates.date_inside, promised),
    Check(
        "next_order_inside_ordered",
        "the same, of those who ordered",
        next_dates.date_inside,
        among=next_dates.ordered,
    ),
)
SIZE = Check("tier_size", "customers: assigned, and found", lambda rows: float(len(rows)))


def _total_inside(name: str, meaning: str, kind: str, by: tuple[str, ...] = ()) -> Check:
    """Return a check of rows of `sums`: of origins, or of pairs of an origin and a group."""
    return replace(
        INTERVAL, name=name, meaning=meaning, by=by, among=lambda rows: rows["of"] == kind
    )


SUM_CHECKS: tuple[Check, ...] = (
    _total_inside("total_inside", "total of all inside its interval", WHOLE),
    _total_inside("tier_total_inside", "total of a tier inside its interval", TIER, (TIER,)),
    _total_inside("segment_total_inside", "total of a segment inside its interval", SEGMENT),
)


def coverage(forecasts: Sequence[OriginForecasts], config: Config) -> pd.DataFrame:
    """Return every check at each origin and over all of them (origin missing), in that order.

    Columns: origin, check, by, group, customers, sums (how many sums of value were looked at; 0
    where customers were, one by one), predicted (missing: no forecast), actual.
    """
    rows = [predicted_and_actual(one, config.outlook.horizon_days) for one in forecasts]
    added = [sums(one) for one in forecasts]
    names = config.tiers.names
    parts = [
        _checked(frame, summed, names).assign(origin=one.origin)
        for one, frame, summed in zip(forecasts, rows, added, strict=True)
    ]
    pooled = _checked(pd.concat(rows), pd.concat(added), names).assign(origin=None)
    found = pd.concat([*(part.astype({"origin": object}) for part in parts), pooled])
    columns = ["origin", "check", "by", "group", "customers", "sums", "predicted", "actual"]
    return found[columns].reset_index(drop=True)


def predicted_and_actual(one: OriginForecasts, horizon_days: int) -> pd.DataFrame:
    """Return tiercast's scores and outcomes, a row per customer, with the checks' groups."""
    scores = one.scores.drop(columns=["customer_id", "as_of"]).reset_index(drop=True)
    rows = pd.concat([one.actual.reset_index(drop=True), scores], axis=1).assign(origin=one.origin)
    rank = rows["expected_value"].rank(method="first") - 1
    pairs = zip(rows["true_tier"], rows["tier_set"], strict=True)
    grouped = rows.assign(
        in_tier_set=[true in named for true, named in pairs],
        tier_set_size=rows["tier_set"].map(len),
        **{TRUE_TIER: rows["true_tier"], DECILE: (rank * DECILES // len(rows)).astype(int) + 1},
    )
    return next_dates.with_waits(grouped, horizon_days)


def _checked(
    rows: pd.DataFrame, summed: pd.DataFrame, tier_names: tuple[str, ...]
) -> pd.DataFrame:
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
    totals = [
        _answer(check, picked, by, group)
        | {"customers": int(picked["customers"].sum()), "sums": len(picked)}
        for check in SUM_CHECKS
        for by, group, picked in _parts(check, summed.assign(**{TIER: summed["group"]}), groups)
    ]
    sizes = [_size(rows, name) for name in tier_names]
    return pd.DataFrame([*found, *totals, *sizes]).fillna({"sums": 0}).astype({"sums": int})


def _parts(
    check: Check, rows: pd.DataFrame, groups: dict[str, Sequence[object]]
) -> list[tuple[str, str, pd.DataFrame]]:
    """Return the rows a check looks at, as (by, group, rows); groups without customers go."""
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
        "predicted": UNDEFINED if check.predicted is None else check.predicted(rows),
        "actual": check.actual(rows),
    }


def _size(rows: pd.DataFrame, tier: str) -> dict[str, object]:
    """Return how many customers were assigned to a tier, and how many were actually in it."""
    return {
        "check": SIZE.name,
        "by": TIER,
        "group": tier,
        "customers": len(rows),
        "predicted": float((rows["tier"] == tier).sum()),
        "actual": float((rows["true_tier"] == tier).sum()),
    }
