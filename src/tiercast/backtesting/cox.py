"""Cox's proportional hazards for contracts whose ends are seen in windows of the horizon.

Where times are grouped, the model of Cox gives each row the chance 1 - exp(-exp(age + x'beta)) to
leave in its window, with a baseline hazard for each age (Prentice & Gloeckler 1978). Columns are
standardised; a ridge of one row's weight keeps the maximum finite.

References
----------
Cox (1972), Journal of the Royal Statistical Society B 34; Prentice & Gloeckler (1978), Biometrics
34.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from tiercast.arrays import BoolArray, FloatArray
from tiercast.backtesting.contender import (
    CannotFitError,
    ContenderForecast,
    Forecaster,
    OriginData,
)
from tiercast.backtesting.life_table import PLAN, paid_by_leavers
from tiercast.features.subscriptions import DUE

AGES = 6  # baseline hazards, one for each sixth of the rows by age
RIDGE = 1.0
LOWEST, HIGHEST = -20.0, 5.0  # of the log cumulative hazard
COLUMNS = (
    "contract_price",
    "contract_price_change",
    "contract_term_months",
    "contract_renewal_months",
    "contract_renewals",
    "events_30d",
    "contract_use_change",
)


def by_cox(origin_data: OriginData) -> Forecaster:
    """Return grouped Cox; who leaves pays what leavers paid of those due.

    Raises
    ------
    CannotFitError
        Nobody left in the training windows, or everybody did.
    """
    rows = origin_data.panel.rows
    left = ~rows["ordered"].to_numpy(dtype=bool)
    if left.all() or not left.any():
        raise CannotFitError("nobody left, or everybody did, in the training windows")
    model = GroupedCox.fit(rows, left)
    paid = paid_by_leavers(rows)

    def predict(frame: pd.DataFrame) -> ContenderForecast:
        stays = 1.0 - model.chance(frame)
        value = frame[DUE].to_numpy(dtype=float) * (stays + (1.0 - stays) * paid)
        return ContenderForecast(1.0 - stays, value)

    return predict


@dataclass(frozen=True)
class GroupedCox:
    """The columns with means and spreads, the bounds of ages, and the coefficients."""

    columns: tuple[str, ...]
    means: FloatArray
    spreads: FloatArray
    bounds: FloatArray
    coefficients: FloatArray

    @classmethod
    def fit(cls, rows: pd.DataFrame, left: BoolArray) -> Self:
        """Fit by maximum likelihood; `left` says who left in the window, (n,)."""
        plans = sorted(name for name in rows.columns if name.startswith(PLAN))
        columns = tuple(name for name in (*COLUMNS, *plans) if name in rows.columns)
        values = _squashed(rows, columns)
        spread = values.std(axis=0)
        age = rows["contract_age_days"].fillna(0.0).to_numpy(dtype=float)
        bounds = np.unique(np.quantile(age, np.arange(1, AGES) / AGES))
        spreads = np.where(spread > 0, spread, 1.0)
        empty = cls(columns, values.mean(axis=0), spreads, bounds, np.empty(0))
        matrix, many = empty._matrix(rows), len(bounds) + 1
        start = np.zeros(matrix.shape[1])
        start[:many] = np.log(-np.log1p(-left.mean()))
        found = minimize(_loss, start, (matrix, left, many), jac=True, method="L-BFGS-B")
        return cls(columns, empty.means, spreads, bounds, found.x)

    def chance(self, frame: pd.DataFrame) -> FloatArray:
        """Return the chance to leave within the window, (n,)."""
        log_hazard = np.clip(self._matrix(frame) @ self.coefficients, LOWEST, HIGHEST)
        return np.asarray(-np.expm1(-np.exp(log_hazard)))

    def _matrix(self, frame: pd.DataFrame) -> FloatArray:
        """Return a column for each age, then the standardised columns."""
        age = frame["contract_age_days"].fillna(0.0).to_numpy(dtype=float)
        group = np.searchsorted(self.bounds, age, side="right")
        ages = np.eye(len(self.bounds) + 1)[group]
        values = (_squashed(frame, self.columns) - self.means) / self.spreads
        return np.column_stack([ages, values])


def _squashed(frame: pd.DataFrame, columns: tuple[str, ...]) -> FloatArray:
    """Return the columns as signed logs, 0 where missing, (n, columns)."""
    values = frame[list(columns)].to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(np.nan_to_num(np.sign(values) * np.log1p(np.abs(values)), nan=0.0))


def _loss(
    coefficients: FloatArray, matrix: FloatArray, left: BoolArray, ages: int
) -> tuple[float, FloatArray]:
    """Return the negative log likelihood with its ridge, and the gradient."""
    raw = matrix @ coefficients
    log_hazard = np.clip(raw, LOWEST, HIGHEST)
    hazard = np.exp(log_hazard)
    log_left = np.log(-np.expm1(-hazard))
    loss = hazard[~left].sum() - log_left[left].sum()
    slope = np.where(left, -hazard / np.expm1(hazard), hazard)
    slope = np.where(raw == log_hazard, slope, 0.0)
    held = np.concatenate([np.zeros(ages), coefficients[ages:]])
    gradient = matrix.T @ slope + RIDGE * held
    return float(loss + RIDGE * (held**2).sum() / 2), gradient
