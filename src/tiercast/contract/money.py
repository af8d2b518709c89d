"""Money in whole units: sums of whole numbers do not depend on the order they are added in.

An amount counts in whole 1/10,000 of the currency unit. What that leaves of a small amount counts
in a second sum of finer units, so that tiny prices keep their sum. Which amounts are small is told
by each amount alone: other rows, or later ones, never change how it is rounded.
"""

import ibis
import ibis.expr.types as ir

MONEY_UNITS = 10_000  # 1/10,000 of the currency unit; a sum is whole up to 2^53, about 9e11
FINER = 1_000_000  # finer units in one of those; of less than one, 9e9 rows have a whole sum
SMALL = 0.1  # an amount below keeps what is less than a unit
CENT = 0.01  # below it, so does what is computed of an amount


def is_small(amount: ir.NumericValue, below: float = SMALL) -> ir.BooleanValue:
    """Return which amounts are so small that a unit's fraction is a good part of them."""
    return amount.abs() < below


def money_sum(
    value: ir.NumericValue,
    *,
    where: ir.BooleanValue | None = None,
    finer: ir.BooleanValue | bool = True,
) -> ir.FloatingValue:
    """Return the sum of money, the same to the last bit in whatever order an engine adds.

    `finer` says which rows keep what is less than a unit: by default all, as amounts should that
    were summed before and so have been rounded; of amounts as a source has them, small ones.
    The whole numbers are held as floats: an engine's sum of integers takes twice the memory.
    """
    units, rest = in_units(value), _rest(value)
    if finer is not True:
        rest = ibis.ifelse(finer, rest, 0.0)
    return _joined(_sum(units, where), _sum(rest, where))


def added(one: ir.FloatingValue, other: ir.FloatingValue) -> ir.FloatingValue:
    """Return two exact amounts together, the other being none where it is not known."""
    units = in_units(one) + in_units(other).fill_null(0.0)
    return ibis.ifelse(other.isnull(), one, _joined(units, _rest(one) + _rest(other)))


def rounded(amount: ir.NumericValue) -> ir.FloatingValue:
    """Return amounts of a source as `money_sum` counts them: a small one alone in finer units."""
    finer = (amount * (MONEY_UNITS * FINER)).round().cast("float64") / (MONEY_UNITS * FINER)
    return ibis.ifelse(is_small(amount), finer, in_units(amount) / MONEY_UNITS)


def in_units(value: ir.NumericValue) -> ir.FloatingValue:
    """Return money in whole units."""
    return (value * MONEY_UNITS).round().cast("float64")


def _rest(value: ir.NumericValue) -> ir.FloatingValue:
    """Return what whole units leave of money, in whole finer ones."""
    left = value - in_units(value) / MONEY_UNITS
    return (left * (MONEY_UNITS * FINER)).round().cast("float64")


def _sum(whole: ir.FloatingValue, where: ir.BooleanValue | None) -> ir.FloatingValue:
    # A condition inside the sum costs less than a filtered aggregate beside the others.
    chosen = whole if where is None else ibis.ifelse(where, whole, 0.0)
    return chosen.sum().fill_null(0.0)


def _joined(units: ir.FloatingValue, finer: ir.FloatingValue) -> ir.FloatingValue:
    """Return the money of both sums: without finer units, the very quotient of the whole ones."""
    carried = (finer / FINER).round().cast("float64")
    rest = finer - carried * FINER
    return (units + carried) / MONEY_UNITS + rest / (MONEY_UNITS * FINER)
