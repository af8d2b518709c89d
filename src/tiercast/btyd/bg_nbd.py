"""BG/NBD: a customer may drop out after any repeat order, never right after the first."""

from typing import ClassVar

from tiercast.btyd.beta_geometric import BetaGeometricModel


class BGNBD(BetaGeometricModel):
    """Beta-geometric/NBD model of Fader, Hardie & Lee.

    A customer without a repeat order is alive with certainty, however long ago they bought: only
    their order rate speaks against them. `MBGNBD` lifts that.

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
