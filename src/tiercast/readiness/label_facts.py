"""What is to be known of a label table before it is trained, measured once."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.modeling.churn_metrics import area_under_curve
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.sources.canonical import CustomerBase

HALVES = 2  # shares of a category's levels come from one half and are tried on the other


@dataclass(frozen=True)
class LabelTableFacts:
    """A label table as of a day.

    `alone` is the AUC of the `strongest` column by itself; None without any column. `rows_aside`
    is the share of rows excluded, `unlabelled` that of customers without a label.
    """

    as_of: dt.date
    customers: int
    leavers: int
    stayers: int
    columns: int
    strongest: str
    alone: float | None
    unlabelled: float
    rows_aside: float

    @classmethod
    def of(cls, base: CustomerBase, rows: pd.DataFrame, as_of: dt.date) -> Self:
        """Measure a base whose customers with a label are `rows` (features and `ordered`)."""
        summary = base.report.table(base.config.kind.lead)
        stayed = rows["ordered"].to_numpy(dtype=bool)
        without = {*base.config.features.without, *base.config.protected}
        names = sorted(set(DesignMatrix.fit(rows).features) - without) if len(rows) else []
        aucs = {name: alone(rows[name], ~stayed) for name in names}
        strongest = max(aucs, key=lambda name: aucs[name], default="")
        return cls(
            as_of,
            summary.rows_used,
            int((~stayed).sum()),
            int(stayed.sum()),
            len(names),
            strongest,
            aucs.get(strongest),
            1 - len(rows) / max(1, summary.rows_used),
            summary.rows_quarantined / max(1, summary.rows_read),
        )


def alone(column: pd.Series, left: FloatArray) -> float:
    """Return the AUC of one column by itself, in the better direction; .5 says nothing.

    A category counts as the share of leavers of its level, learned on the other half of rows.

    Examples
    --------
    >>> left = np.tile([True, False], 50)
    >>> alone(pd.Series(np.where(left, "gone", "here")), left)
    1.0
    >>> alone(pd.Series(np.zeros(100)), left)
    0.5
    """
    if not 0 < left.mean() < 1:
        return 0.5
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        scores = column.to_numpy(dtype=float, na_value=np.nan)
        scores = np.where(np.isnan(scores), np.nanmin(scores) - 1, scores)
    else:
        scores = _shares(column.astype("string").fillna(""), left)
    auc = area_under_curve(left, scores)
    return max(auc, 1 - auc)


def _shares(levels: pd.Series, left: FloatArray) -> FloatArray:
    half = np.arange(len(levels)) // HALVES % HALVES
    scores = np.empty(len(levels))
    for number in range(HALVES):
        known = pd.Series(left[half != number]).groupby(levels[half != number].to_numpy()).mean()
        found = levels[half == number].map(known).astype(float)
        scores[half == number] = found.fillna(left.mean())
    return scores
