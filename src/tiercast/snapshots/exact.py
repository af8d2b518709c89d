"""Sums that come out the same to the last bit, whatever order an engine adds in."""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import MONEY_UNITS

FINE_UNITS = 10**9  # for weights and logarithms, whose sums stay below 9e6


def exact_sum(
    value: ir.NumericValue,
    *,
    where: ir.BooleanValue | None = None,
    units: int = MONEY_UNITS,
) -> ir.FloatingValue:
    """Return the sum in whole 1/units: sums of whole numbers do not depend on their order.

    The whole numbers are held as floats: an engine's sum of integers takes twice the memory for
    each customer and column, and features are bound by that.
    """
    whole = (value * units).round().cast("float64")
    # A condition inside the sum costs less than a filtered aggregate beside the others.
    chosen = whole if where is None else ibis.ifelse(where, whole, 0.0)
    return chosen.sum().fill_null(0.0) / units
