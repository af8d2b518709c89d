"""Predicted and actual figures of a batch: for all, by tier, segment, group and contact."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.contract.groups import GROUP
from tiercast.modeling.checks import INTERVAL, TIER_CHECKS, Check, mean_of
from tiercast.modeling.metrics import METRICS, UNDEFINED, calibration_error_by_chance
from tiercast.modeling.predicted import COVERAGE
from tiercast.monitoring.batches import Batch
from tiercast.monitoring.outcomes import CONTACTED, SEGMENT, TIER, numbers

ALL = "all"
TREATED, UNTREATED = "yes", "no"  # the groups by `contacted`
LEAST_OF_A_SIDE = 200  # customers contacted, or not: fewer are no ground for grades
SCHEMA = pa.schema(
    [
        ("as_of", pa.date32()),
        ("graded_on", pa.date32()),
        ("model_version", pa.string()),
        ("by", pa.string()),
        ("group", pa.string()),
        ("metric", pa.string()),
        ("predicted", pa.float64()),
        ("actual", pa.float64()),
        ("customers", pa.int64()),
    ]
)


def _metric(name: str, predicted: str, actual: str) -> Check:
    """Return a metric of forecasts as a check: its actual figure, without a predicted one."""
    metric = next(one for one in METRICS if one.name == name)

    def score(rows: pd.DataFrame) -> float:
        columns = (rows[column].to_numpy(dtype=np.float64) for column in (actual, predicted))
        return metric.score(*columns)

    return Check(name, metric.meaning, score)


def _gap_by_chance(rows: pd.DataFrame) -> float:
    return calibration_error_by_chance(rows["churn_probability"].to_numpy(dtype=np.float64))


@dataclass(frozen=True)
class CheckGroup:
    """Checks that look at the same few columns, which are all that leaves the engine."""

    columns: tuple[str, ...]
    checks: tuple[Check, ...]


CHECK_GROUPS: tuple[CheckGroup, ...] = (
    CheckGroup(
        ("churn_probability", "churned"),
        (
            Check("churn", "share who left", mean_of("churned"), mean_of("churn_probability")),
            replace(
                _metric("ece", "churn_probability", "churned"),
                meaning="gap of churn risk and share who left; predicted: by chance alone",
                predicted=_gap_by_chance,
            ),
            *(
                _metric(name, "churn_probability", "churned")
                for name in ("auc", "log_loss", "brier")
            ),
        ),
    ),
    CheckGroup(
        ("expected_value", "value"),
        (
            Check(
                "total",
                "value of all together",
                lambda rows: float(rows["value"].sum()),
                lambda rows: float(rows["expected_value"].sum()),
            ),
            *(_metric(name, "expected_value", "value") for name in ("mae", "rmse", "gini")),
        ),
    ),
    CheckGroup(("value", "value_low", "value_high"), (INTERVAL,)),
    CheckGroup(
        ("tier", "true_tier", "tier_confidence", "in_tier_set", "tier_set_size"), TIER_CHECKS
    ),
)
TIERS_LAST = -1
LOW, HIGH, INSIDE, SIZE = "total_low", "total_high", "total_inside", "tier_size"
TOTAL, CHURN, ECE = "total", "churn", "ece"
MEANINGS = {check.name: check.meaning for subject in CHECK_GROUPS for check in subject.checks} | {
    LOW: "lower end of the total's interval",
    HIGH: "upper end of the total's interval",
    INSIDE: "the total lay in its interval (1) or not (0)",
    SIZE: "customers put in the tier, and found in it",
}


def grades(rows: ir.Table, batch: Batch) -> pd.DataFrame:
    """Return every figure of a batch; columns as `SCHEMA`.

    `predicted` is missing where there is no forecast of a figure. A figure that is undefined for
    a group (the AUC where everybody left) has no row. `graded_on` is the day its horizon had
    passed, so that grading once more changes nothing.

    Parameters
    ----------
    rows
        The table of `outcomes`.
    batch
        The scores that are graded.
    """
    found = [
        {"by": by, "group": group, **figure}
        for by, group, part in _groups(rows, batch)
        for figure in _figures(part, batch, by, group)
    ]
    if batch.further_days is None:
        found += _sizes(rows, batch)
    frame = pd.DataFrame(found).assign(
        as_of=batch.as_of, graded_on=batch.due, model_version=batch.model_version
    )
    return frame[SCHEMA.names]


def _groups(rows: ir.Table, batch: Batch) -> Iterator[tuple[str, str, ir.Table]]:
    """Return the groups that hold anyone, with their rows."""
    yield ALL, ALL, rows
    tiers = set(rows.tier_name.as_table().distinct().to_pyarrow()["tier_name"].to_pylist())
    for name in batch.tier_names:
        if name in tiers:
            yield TIER, name, rows.filter(rows.tier_name == name)
    segments = rows.segment.as_table().distinct().to_pyarrow()["segment"].to_pylist()
    for name in sorted(segments):
        yield SEGMENT, name, rows.filter(rows.segment == name)
    for name in sorted(batch.groups):
        yield from _at_least(1, GROUP, name, rows.filter(rows[GROUP] == name))
    if CONTACTED in rows.columns:
        for name, part in ((TREATED, rows.contacted), (UNTREATED, ~rows.contacted)):
            yield from _at_least(LEAST_OF_A_SIDE, CONTACTED, name, rows.filter(part))


def _at_least(
    customers: int, by: str, name: str, part: ir.Table
) -> Iterator[tuple[str, str, ir.Table]]:
    if int(part.count().execute()) >= customers:
        yield by, name, part


def _figures(part: ir.Table, batch: Batch, by: str, group: str) -> Iterator[dict[str, object]]:
    # Tiers are of the main horizon.
    of_tiers = batch.further_days is None
    for subject in CHECK_GROUPS if of_tiers else CHECK_GROUPS[:TIERS_LAST]:
        taken = numbers(part, subject.columns)
        for check in subject.checks:
            predicted = UNDEFINED if check.predicted is None else check.predicted(taken)
            actual = check.actual(taken)
            if actual == actual:
                yield _row(check.name, predicted, actual, len(taken))
            if check.name == TOTAL:
                interval = None if by == CONTACTED else batch.interval(by, group)
                yield from _inside(interval, actual, len(taken))


def _inside(
    interval: tuple[float, float] | None, actual: float, customers: int
) -> Iterator[dict[str, object]]:
    """Return the limits of the total's interval, and whether the actual total lay inside."""
    if interval is None:
        return
    low, high = interval
    yield _row(LOW, low, UNDEFINED, customers)
    yield _row(HIGH, high, UNDEFINED, customers)
    yield _row(INSIDE, COVERAGE, float(low <= actual <= high), customers)


def _sizes(rows: ir.Table, batch: Batch) -> list[dict[str, object]]:
    """Return how many customers were assigned to each tier, and how many were actually in it."""
    places = numbers(rows, ("tier", "true_tier"))
    return [
        {"by": TIER, "group": name}
        | _row(
            SIZE,
            float((places["tier"] == place).sum()),
            float((places["true_tier"] == place).sum()),
            len(places),
        )
        for place, name in enumerate(batch.tier_names)
    ]


def _row(metric: str, predicted: float, actual: float, customers: int) -> dict[str, object]:
    return {"metric": metric, "predicted": predicted, "actual": actual, "customers": customers}
