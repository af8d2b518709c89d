"""The ledger's record of the version that scores now."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.monitoring.grades import ALL, INSIDE
from tiercast.monitoring.ledger import Ledger


@dataclass(frozen=True)
class TrackRecord:
    """The newest graded batch of a version, and how many totals running lay outside.

    `figures` has predicted, actual and customers by metric. Batches scored within a horizon of
    each other share orders, and count as one miss.
    """

    model_version: str
    as_of: dt.date
    figures: pd.DataFrame
    missed_running: int

    @classmethod
    def of(cls, ledger: Ledger, model_version: str, horizon_days: int) -> Self | None:
        """Return the record of a version; None where nothing of it was graded yet."""
        whole = ledger.grades[
            (ledger.grades["model_version"] == model_version) & (ledger.grades["by"] == ALL)
        ]
        if whole.empty:
            return None
        newest = whole["as_of"].max()
        figures = whole[whole["as_of"] == newest].set_index("metric")
        inside = whole[whole["metric"] == INSIDE].set_index("as_of")["actual"].sort_index()
        missed = _missed_running(inside, dt.timedelta(days=horizon_days))
        return cls(model_version, newest, figures[["predicted", "actual", "customers"]], missed)

    def predicted_actual_of(self, metric: str) -> tuple[float, float, int]:
        """Return the predicted and the actual figure of a metric, and the number of customers."""
        predicted, actual, customers = np.asarray(self.figures.loc[metric], dtype=float).tolist()
        return float(predicted), float(actual), int(customers)


def _missed_running(inside: pd.Series, horizon: dt.timedelta) -> int:
    missed: list[dt.date] = []
    for day, was_inside in reversed(list(inside.items())):
        if was_inside:
            break
        if not missed or missed[-1] - day >= horizon:
            missed.append(day)
    return len(missed)
