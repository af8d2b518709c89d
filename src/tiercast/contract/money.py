"""Money in whole units: a sum of whole numbers does not depend on the order of its terms.

Amounts are counted in whole 1/10,000 of the currency unit. The remainder of a small amount is
counted in a second sum of finer units, so tiny prices are not lost. Whether an amount is small
depends on that amount alone: no other row changes how it is rounded.
"""

import ibis
import ibis.expr.types as ir

MONEY_UNITS = 10_000  # 1/10,000 of the currency unit; a sum is whole up to 2^53, about 9e11
FINER = 1_000_000  # finer units in a unit; sums of less than one are whole for 9e9 rows
SMALL = 0.1  # below it, the remainder of an amount is counted
CENT = 0.01  # below it, so is that of a figure computed from amounts
FINE_UNITS = 10**9  # for weights and logarithms, whose sums stay below 9e6


def is_small(amount: ir.NumericValue, below: float = SMALL) -> ir.BooleanValue:
    """Return which amounts are so small that their remainder of a unit matters."""
    return amount.abs() < below


def money_sum(
    value: ir.NumericValue,
    *,
    where: ir.BooleanValue | None = None,
    finer: ir.BooleanValue | bool = True,
) -> ir.FloatingValue:
    """Return the sum of money, the same to the last bit whatever the order of addition.

    `finer` selects the rows with a remainder of less than a unit. Default: all rows, which is
    right for amounts summed and rounded before; for amounts of a source pass `is_small`.
    Whole numbers are stored as floats: an engine's sum of integers takes twice the memory.
    """
    units, rest = in_units(value), _rest(value)
    if finer is not True:
        rest = ibis.ifelse(finer, rest, 0.0)
    return _joined(_sum(units, where), _sum(rest, where))


def exact_sum(
    value: ir.NumericValue, *, where: ir.BooleanValue | None = None, units: int = MONEY_UNITS
) -> ir.FloatingValue:
    """Return the sum of values rounded to 1/units, the same to the last bit on every engine."""
    return _sum((value * units).round().cast("float64"), where) / units


def added(one: ir.FloatingValue, other: ir.FloatingValue) -> ir.FloatingValue:
    """Return the sum of two exact amounts; a null `other` counts as 0."""
    units = in_units(one) + in_units(other).fill_null(0.0)
    return ibis.ifelse(other.isnull(), one, _joined(units, _rest(one) + _rest(other)))


def rounded(amount: ir.NumericValue) -> ir.FloatingValue:
    """Return amounts of a source as `money_sum` counts them: only small ones in finer units."""
    finer = (amount * (MONEY_UNITS * FINER)).round().cast("float64") / (MONEY_UNITS * FINER)
    return ibis.ifelse(is_small(amount), finer, in_units(amount) / MONEY_UNITS)


def in_units(value: ir.NumericValue) -> ir.FloatingValue:
    """Return money in whole units."""
    return (value * MONEY_UNITS).round().cast("float64")


def _rest(value: ir.NumericValue) -> ir.FloatingValue:
    """Return the remainder of money beyond whole units, in whole finer units."""
    left = value - in_units(value) / MONEY_UNITS
    return (left * (MONEY_UNITS * FINER)).round().cast("float64")


def _sum(whole: ir.FloatingValue, where: ir.BooleanValue | None) -> ir.FloatingValue:
    # A condition inside the sum costs less than a filtered aggregate beside the others.
    chosen = whole if where is None else ibis.ifelse(where, whole, 0.0)
    return chosen.sum().fill_null(0.0)


def _joined(units: ir.FloatingValue, finer: ir.FloatingValue) -> ir.FloatingValue:
    """Return the money of both sums; without finer units, the quotient of the units alone."""
    carried = (finer / FINER).round().cast("float64")
    rest = finer - carried * FINER
    return (units + carried) / MONEY_UNITS + rest / (MONEY_UNITS * FINER)
