"""A discrete-time hazard of contracts: the chance to leave in each period of about a month.

A customer seen at a past day has a row for each period after it in which they could still leave
(person-period data, Singer & Willett 1993): what was known at that day, the age of the relation
at the period's start through splines, which period it is, and whether a term is over in it. Two
models share the rows: a logistic regression and trees. The hazard's log odds are the mean of
theirs. A survival curve is the product over the periods, so every shorter horizon lies on it.

With too few ends, everyone has the same hazard: the base rate.

References
----------
Singer & Willett (1993), Journal of Educational Statistics 18: discrete-time survival analysis.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from pydantic import TypeAdapter
from scipy.special import expit, logit
from sklearn.preprocessing import SplineTransformer

from tiercast.arrays import BoolArray, FloatArray
from tiercast.features.feature import Family
from tiercast.features.subscriptions import DUE, KEPT, KEPT_VALUE, LEFT_SHARE, MONTH_DAYS
from tiercast.modeling.linear import LinearModel
from tiercast.modeling.stored_types import StoredFloats
from tiercast.modeling.trees import FittedTrees, TrainingRows, TreeParams, fit_trees

PERIOD_DAYS = 30
LEFT_AFTER = "left_after_days"
AGE, RENEWAL, TERM = "contract_age_days", "contract_renewal_months", "contract_term_months"
FAMILIES: tuple[Family, ...] = ("contracts", "events")  # of features that it looks at
USED = ("contract", "event")  # how their names begin
NOT_USED = (DUE, "contract_known_end_days", "contract_next_payment_days")
KNOTS = 6
FEWEST_ENDS = 30  # with fewer, everyone has the base rate
MOST_ROWS = 100_000
TREES = TreeParams(learning_rate=0.1, rounds=60)


@dataclass(frozen=True)
class HazardModel:
    """The periods of a horizon, the columns that are looked at, and both models.

    Without models, everyone's hazard has the log odds `base`.
    """

    periods: int
    period_days: float
    columns: tuple[str, ...]
    knots: StoredFloats
    base: float
    linear: LinearModel | None
    trees: FittedTrees | None

    @classmethod
    def fit(
        cls,
        seen: pd.DataFrame,
        until: dt.date,
        horizon_days: int,
        *,
        longest_days: int,
        grace_days: int,
        seed: int,
    ) -> Self:
        """Fit to customers as seen at past days (features, as_of, `left_after_days`).

        The periods cover `longest_days`, and a whole number of them `horizon_days`. Only periods
        that had ended by `until`, the grace days after them included, count.
        """
        seen = seen[pd.to_datetime(seen["as_of"]) < pd.Timestamp(until)]
        length = horizon_days / max(1, round(horizon_days / PERIOD_DAYS))
        periods = max(1, int(np.ceil(longest_days / length - 1e-9)))
        columns = tuple(
            name
            for name in seen.columns
            if name.startswith(USED)
            and not name.startswith(NOT_USED)
            and pd.api.types.is_numeric_dtype(seen[name])
            and seen[name].nunique(dropna=False) > 1
        )
        rows = _PersonPeriods.of(seen, until, periods, length, grace_days)
        ends, count = float(rows.left.sum()), len(rows.left)
        base = float(logit((ends + 0.5) / (count + 1)))
        if ends < FEWEST_ENDS or count - ends < FEWEST_ENDS:
            return cls(periods, length, columns, np.empty(0), base, None, None)
        age = _months(seen[AGE])
        knots = np.unique(np.quantile(age, np.linspace(0, 1, KNOTS)))
        empty = cls(periods, length, columns, knots, base, None, None)
        rows = rows.every(-(-count // MOST_ROWS))
        matrix, target = empty._matrix(seen, rows.row, rows.period), rows.left.astype(float)
        sample = TrainingRows(matrix, target, np.zeros(len(target)))
        trees = TrainingRows(matrix[:, : empty._plain], target, sample.offset)
        return cls(
            periods,
            length,
            columns,
            knots,
            base,
            LinearModel.fit("binary", sample),
            fit_trees("binary", trees, TREES, seed),
        )

    def survival(self, frame: pd.DataFrame) -> FloatArray:
        """Return the chance that the contracts outlast 0, 1, ... periods, (n, periods + 1)."""
        stays = [np.ones(len(frame))]
        row = np.arange(len(frame))
        for period in range(self.periods):
            chance = expit(self._log_odds(frame, row, np.full(len(frame), period)))
            stays.append(stays[-1] * (1.0 - chance))
        return np.column_stack(stays)

    def predict(self, frame: pd.DataFrame, horizon_days: float) -> pd.DataFrame:
        """Return the chance to be retained, expected payments, and what leavers pay of those due.

        Payments are taken to lie evenly in the horizon; who leaves in a period leaves halfway.
        """
        ends = np.minimum(np.arange(self.periods + 1), horizon_days / self.period_days)
        ends = np.unique(ends)
        curve = self._between(self.survival(frame), ends)
        retained, leaves = curve[:, -1], -np.diff(curve, axis=1)
        middle = (ends[1:] + ends[:-1]) / 2 / ends[-1]
        left = np.maximum(leaves.sum(axis=1), 1e-12)
        share = np.clip((leaves * middle).sum(axis=1) / left, 0.0, 1.0)
        due = frame[DUE].to_numpy(dtype=float)
        value = due * (retained + (1.0 - retained) * share)
        return pd.DataFrame(
            {KEPT: retained, KEPT_VALUE: value, LEFT_SHARE: share}, index=frame.index
        )

    def _between(self, curve: FloatArray, ends: FloatArray) -> FloatArray:
        """Return the curve at times in periods; within a period the hazard is even."""
        whole = np.minimum(ends.astype(int), self.periods)
        following = np.minimum(whole + 1, self.periods)
        log = np.log(np.maximum(curve, 1e-12))
        found: FloatArray = np.exp(
            log[:, whole] + (ends - whole) * (log[:, following] - log[:, whole])
        )
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        found: dict[str, Any] = STORED.dump_python(self, mode="json")
        return {"hazard": found}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "HazardModel":
        """Return the model that `to_dict` described."""
        return STORED.validate_python(stored["hazard"])

    @property
    def _plain(self) -> int:
        """The number of columns before the splines."""
        return len(self.columns) + 3

    def _log_odds(self, frame: pd.DataFrame, row: Any, period: Any) -> FloatArray:
        if self.linear is None or self.trees is None:
            return np.full(len(row), self.base)
        matrix = self._matrix(frame, row, period)
        none = np.zeros(len(matrix))
        by_trees = self.trees.raw(matrix[:, : self._plain])
        return (self.linear.raw(matrix, none) + by_trees) / 2

    def _matrix(self, frame: pd.DataFrame, row: Any, period: Any) -> FloatArray:
        """Return the columns, the period, the age and whether a term ends in it, then splines."""
        known = frame[list(self.columns)].to_numpy(dtype=float, na_value=np.nan)[row]
        ahead = period * self.period_days / MONTH_DAYS
        age = _months(frame[AGE])[row] + ahead
        step = self.period_days / MONTH_DAYS
        term = np.maximum(frame[TERM].fillna(1.0).to_numpy(dtype=float)[row], 1.0)
        renewal = frame[RENEWAL].fillna(0.0).to_numpy(dtype=float)[row]
        until = np.mod(renewal - ahead, term)
        ends = ((until < step) & (term > 1)).astype(float)
        splines = self._splines(age)
        periods = (period[:, np.newaxis] == np.arange(1, self.periods)).astype(float)
        return np.column_stack([known, period, age, ends, splines, periods])

    def _splines(self, age: FloatArray) -> FloatArray:
        if len(self.knots) < 2:
            return np.empty((len(age), 0))
        knots = self.knots[:, np.newaxis]
        splines = SplineTransformer(
            degree=3, knots=knots, extrapolation="constant", include_bias=False
        )
        found: FloatArray = splines.fit(knots).transform(age[:, np.newaxis])
        return found


@dataclass(frozen=True)
class _PersonPeriods:
    """Rows (a place in the frame and a period each), and whether the customer left in it."""

    row: Any
    period: Any
    left: BoolArray

    @classmethod
    def of(
        cls, seen: pd.DataFrame, until: dt.date, periods: int, length: float, grace_days: int
    ) -> Self:
        """Return the periods in which customers could still leave, and that are known."""
        after = seen[LEFT_AFTER].fillna(np.inf).to_numpy(dtype=float)
        known = (pd.Timestamp(until) - pd.to_datetime(seen["as_of"])).dt.days.to_numpy()
        start = np.arange(periods) * length
        open_then = after[:, np.newaxis] >= start
        is_known = known[:, np.newaxis] >= start + length + grace_days
        row, period = np.nonzero(open_then & is_known)
        return cls(row, period, after[row] < (period + 1) * length)

    def every(self, step: int) -> Self:
        """Return every `step`-th row."""
        chosen = slice(None, None, max(1, step))
        return type(self)(self.row[chosen], self.period[chosen], self.left[chosen])


def _months(days: pd.Series) -> FloatArray:
    return days.fillna(0.0).to_numpy(dtype=float) / MONTH_DAYS


STORED = TypeAdapter(HazardModel)
