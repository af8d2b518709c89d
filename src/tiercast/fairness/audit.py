"""Figures of each group of a protected column, with 95 % intervals (fairlearn's MetricFrame).

Every figure is a mean over customers, each counted once, so its interval follows from the scatter
within the group. Groups of fewer than `FEWEST` customers are named and not shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray

FEWEST = 10  # customers: of fewer, a figure could reveal one person
Z95 = 1.959964
FOUR_FIFTHS = 0.8
LEFT, RISK, BEST = "left", "churn_probability", "best_tier"


@dataclass(frozen=True)
class GroupMeasure:
    """A figure: the mean of something of each customer; one between groups has a fair value."""

    name: str
    each: Callable[[FloatArray, FloatArray], FloatArray]
    source: str = RISK


MEASURES = (
    GroupMeasure("level", lambda left, risk: risk - left),
    GroupMeasure("error", lambda left, risk: (risk - left) ** 2),
    GroupMeasure("leavers", lambda left, _: left),
    GroupMeasure("best_tier", lambda _, best: best, source=BEST),
)
COLUMNS = ("attribute", "group", "customers", "measure", "value", "low", "high")


def audit(rows: pd.DataFrame, attributes: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return the figures of each group, in `COLUMNS`; nothing of groups below `FEWEST`.

    `rows` has a row per customer: left (outcome, 0 or 1), churn_probability, best_tier (assigned
    to the best tier, 0 or 1). `attributes` has the group of each row by protected column.
    """
    frames = [
        _of_measure(rows, groups, measure).assign(attribute=attribute, measure=measure.name)
        for attribute, groups in attributes.items()
        for measure in MEASURES
    ]
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    found = pd.concat(frames, ignore_index=True)
    return found[found["customers"] >= FEWEST].reset_index(drop=True)[list(COLUMNS)]


def hidden_groups(attributes: Mapping[str, pd.Series]) -> dict[str, int]:
    """Return how many groups of each column are too small to be shown."""
    return {
        name: int((groups.value_counts() < FEWEST).sum()) for name, groups in attributes.items()
    }


def _of_measure(rows: pd.DataFrame, groups: pd.Series, measure: GroupMeasure) -> pd.DataFrame:
    from fairlearn.metrics import MetricFrame, count  # a second, which reports need not wait for

    def mean(left: pd.Series, given: pd.Series) -> float:
        return float(np.mean(measure.each(np.asarray(left), np.asarray(given))))

    def error(left: pd.Series, given: pd.Series) -> float:
        each = measure.each(np.asarray(left), np.asarray(given))
        return float(np.std(each, ddof=1) / np.sqrt(len(each))) if len(each) > 1 else np.nan

    frame = MetricFrame(
        metrics={"customers": count, "value": mean, "error": error},
        y_true=rows[LEFT].astype(float),
        y_pred=rows[measure.source].astype(float),
        sensitive_features=groups.rename("group"),
    )
    found = frame.by_group.astype(float).reset_index()
    half = Z95 * found["error"]
    return found.assign(
        customers=found["customers"].astype(int),
        low=found["value"] - half,
        high=found["value"] + half,
    ).drop(columns="error")


def four_fifths(found: pd.DataFrame, measure: str = BEST) -> pd.DataFrame:
    """Return the lowest group's rate over the highest one's, by protected column.

    Columns: attribute, lowest, highest (groups), ratio, is_below (under .8), is_sure: the
    intervals of the two groups do not meet. Columns with fewer than two groups have no row.
    """
    known = found[found["measure"] == measure]
    rows = []
    for attribute, groups in known.groupby("attribute", sort=True):
        ordered = groups.sort_values(["value", "group"])
        low, high = ordered.iloc[0], ordered.iloc[-1]
        if len(groups) < 2 or high["value"] <= 0:
            continue
        ratio = float(low["value"] / high["value"])
        rows.append(
            {
                "attribute": attribute,
                "lowest": low["group"],
                "highest": high["group"],
                "ratio": ratio,
                "is_below": ratio < FOUR_FIFTHS,
                "is_sure": bool(low["high"] < high["low"]),
            }
        )
    names = ["attribute", "lowest", "highest", "ratio", "is_below", "is_sure"]
    return pd.DataFrame(rows, columns=names)
