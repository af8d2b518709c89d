"""Pareto/NBD: a customer may leave at any time, not only after an order."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from tiercast.arrays import FloatArray
from tiercast.btyd.counts import DistinctRows
from tiercast.btyd.history_model import HistoryModel
from tiercast.btyd.lifetime import (
    chance_if_alive,
    lifetime_log_likelihood,
    log_odds_left,
    orders_if_alive,
)


class ParetoNBD(HistoryModel):
    """Pareto/NBD model of Schmittlein, Morrison & Colombo.

    A customer's lifetime is exponential with a rate of their own, Gamma(s, beta) over customers.
    Unlike in `BGNBD`, customers without a repeat order may have left, more likely the longer ago
    they bought.

    See `HistoryModel` for parameters, attributes and methods.

    Attributes
    ----------
    s_, beta_ : float
        Shape and rate of the gamma distribution of drop-out rates; beta in units of time.

    Examples
    --------
    The published fit on CDNOW, in weeks; one order long ago, and thirty until last week:

    >>> model = ParetoNBD.from_dict({"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669})
    >>> model.order_probability([[0, 0, 38.86], [30, 38.0, 38.86]], horizon=13).round(3)
    array([0.033, 0.967])
    >>> model.expected_orders([[0, 0, 38.86], [30, 38.0, 38.86]], horizon=13).round(3)
    array([0.04, 7.38])

    References
    ----------
    Schmittlein, Morrison & Colombo (1987), Counting Your Customers: Who Are They and What Will
    They Do Next?, Management Science 33(1), 1-24.
    Fader & Hardie (2005), A Note on Deriving the Pareto/NBD Model and Related Expressions,
    http://www.brucehardie.com/notes/009/.
    """

    parameter_floors: ClassVar[Mapping[str, float]] = {"r": 0, "alpha": 0, "s": 0, "beta": 0}
    parameters_of_time: ClassVar[Collection[str]] = {"alpha", "beta"}

    s_: float
    beta_: float

    def _log_likelihood(
        self, histories: DistinctRows, parameters: FloatArray
    ) -> tuple[float, FloatArray]:
        return lifetime_log_likelihood(histories, parameters)

    def _log_odds_dropped(self, rows: FloatArray) -> FloatArray:
        return log_odds_left(rows, self._parameters())

    def _chance_if_alive(self, rows: FloatArray, horizon: FloatArray) -> FloatArray:
        return chance_if_alive(rows, horizon, self._parameters())

    def _orders_if_alive(self, rows: FloatArray, horizon: FloatArray) -> FloatArray:
        return orders_if_alive(rows, horizon, self._parameters())
