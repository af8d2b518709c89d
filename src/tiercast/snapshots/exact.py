"""Sums that come out the same to the last bit, whatever order an engine adds in."""

import ibis.expr.types as ir

MONEY_UNITS = 10_000  # 1/10,000 of the currency unit; sums stay below 2^63 up to about 9e14
FINE_UNITS = 10**9  # for weights and logarithms, whose sums stay below 9e9


def exact_sum(
    value: ir.NumericValue,
    *,
    where: ir.BooleanValue | None = None,
    units: int = MONEY_UNITS,
) -> ir.FloatingValue:
    """Answer the sum in whole 1/units: integer sums do not depend on their order."""
    whole = (value * units).round().cast("int64")
    return whole.sum(where=where).fill_null(0).cast("float64") / units
