"""BG/NBD and MBG/NBD: a customer may drop out right after an order.

In BG/NBD not after the first order, in MBG/NBD after any.
"""

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


class BGNBD(BetaGeometricModel):
    """Beta-geometric/NBD model of Fader, Hardie & Lee.

    A customer without a repeat order is alive with certainty, however long ago they bought; only
    their order rate lowers their chance to order. `MBGNBD` does not assume this.

    See `HistoryModel` for parameters, attributes and methods, `BetaGeometricModel` for a and b.

    Examples
    --------
    The published fit on CDNOW, in weeks; one order long ago, and thirty until last week:

    >>> model = BGNBD.from_dict({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> model.order_probability([[0, 0, 38.86], [30, 38.0, 38.86]], horizon=13).round(3)
    array([0.062, 0.955])
    >>> model.expected_orders([[0, 0, 38.86], [30, 38.0, 38.86]], horizon=13).round(3)
    array([0.07 , 7.848])

    References
    ----------
    Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
    Pareto/NBD Model, Marketing Science 24(2), 275-284.
    """

    chances_at_first_order: ClassVar[int] = 0


class MBGNBD(BetaGeometricModel):
    """Modified beta-geometric/NBD model of Batislam et al. and of Hoppe & Wagner.

    See `HistoryModel` for parameters, attributes and methods, `BetaGeometricModel` for a and b.

    Examples
    --------
    A fit on CDNOW, in weeks; one order long ago, and thirty until last week:

    >>> model = MBGNBD.from_dict({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614})
    >>> model.order_probability([[0, 0, 38.86], [30, 38.0, 38.86]], horizon=13).round(3)
    array([0.049, 0.951])

    References
    ----------
    Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for
    customer base analysis, International Journal of Research in Marketing 24(3), 201-209.
    Hoppe & Wagner (2007), Customer Base Analysis: The Case for a Central Variant of the
    Betageometric/NBD Model, Marketing Journal of Research and Management 3(2), 75-90.
    """

    chances_at_first_order: ClassVar[int] = 1
