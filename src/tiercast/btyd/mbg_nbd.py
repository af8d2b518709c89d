"""MBG/NBD: a customer may drop out after any order, the first one included."""

from typing import ClassVar

from tiercast.btyd.beta_geometric import BetaGeometricModel


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
