"""What BG/NBD and MBG/NBD share: all but whether a first order can be the last."""

from collections.abc import Collection, Mapping
from typing import ClassVar

import numpy as np

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import DistinctRows
from tiercast.btyd.dropout import history_log_likelihood, log_odds_dropped, orders_if_alive
from tiercast.btyd.history_model import HistoryModel


class BetaGeometricModel(HistoryModel):
    """A customer drops out right after an order, with a probability of their own.

    It is Beta(a, b) over customers. See `HistoryModel` for the rest.

    Attributes
    ----------
    a_, b_ : float
        Beta distribution of the probability to drop out after an order.
    """

    parameter_floors: ClassVar[Mapping[str, float]] = {"r": 0, "alpha": 0, "a": 0, "b": 0}
    parameters_of_time: ClassVar[Collection[str]] = {"alpha"}
    chances_at_first_order: ClassVar[int]

    a_: float
    b_: float

    def _log_likelihood(
        self, histories: DistinctRows, parameters: FloatArray
    ) -> tuple[float, FloatArray]:
        return history_log_likelihood(
            histories, parameters, chances_at_first_order=self.chances_at_first_order
        )

    def _log_odds_dropped(self, rows: FloatArray) -> FloatArray:
        return log_odds_dropped(rows, self.chances_at_first_order, self._parameters())

    def _chance_if_alive(self, rows: FloatArray, horizon: FloatArray) -> FloatArray:
        shape, relative_horizon = self._rate_ahead(rows, horizon)
        return -np.expm1(-shape * np.log1p(relative_horizon))

    def _orders_if_alive(self, rows: FloatArray, horizon: FloatArray) -> FloatArray:
        shape, relative_horizon = self._rate_ahead(rows, horizon)
        survived = self.b_ + rows[:, 0] + self.chances_at_first_order
        return orders_if_alive(shape, relative_horizon, self.a_, survived)

    def _rate_ahead(self, rows: FloatArray, horizon: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return r + x and horizon / (alpha + T)."""
        return self.r_ + rows[:, 0], horizon / (self.alpha_ + rows[:, 2])
