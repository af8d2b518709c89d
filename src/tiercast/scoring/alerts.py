"""What changed since the last scoring that someone should know: one row per rule."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

RISK_LIMIT = 0.5


@dataclass(frozen=True)
class Alert:
    """A rule over rows that carry `previous_*` columns of the last scoring; missing = new."""

    name: str
    meaning: str
    raised: Callable[[pd.DataFrame], npt.ArrayLike]


ALERTS: tuple[Alert, ...] = (
    Alert(
        "left_top_tier",
        "was in the best tier at the last scoring and is not now",
        lambda rows: (rows["previous_rank"] == 0) & (rows["tier_rank"] > 0),
    ),
    Alert(
        "risk_crossed_limit",
        f"churn risk rose across {RISK_LIMIT:.0%}",
        lambda rows: (
            (rows["previous_churn_probability"] < RISK_LIMIT)
            & (rows["churn_probability"] >= RISK_LIMIT)
        ),
    ),
    Alert(
        "came_back",
        "ordered again after a long absence",
        lambda rows: (
            (rows["lifecycle_stage"] == "reactivated")
            & rows["previous_lifecycle_stage"].notna()
            & (rows["previous_lifecycle_stage"] != "reactivated")
        ),
    ),
)


def alerts(rows: pd.DataFrame) -> list[list[str]]:
    """Answer the names of the alerts raised for each row."""
    raised = np.column_stack([np.asarray(a.raised(rows), dtype=bool) for a in ALERTS])
    names = np.array([alert.name for alert in ALERTS], dtype=object)
    return [names[row].tolist() for row in raised]
