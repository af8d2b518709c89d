"""Numbers as a reader wants them: rounded to what matters, thousands set apart."""

import math
from numbers import Real

MISSING = "–"


def count(value: float) -> str:
    """Return a whole number.

    Examples
    --------
    >>> count(23502.4), count(math.nan) == MISSING
    ('23,502', True)
    """
    return MISSING if _missing(value) else f"{value:,.0f}"


def share(value: float) -> str:
    """Return a share of 1 in percent; one decimal near 0 and 1, where it matters.

    Examples
    --------
    >>> [share(value) for value in (0.6234, 0.0098, 0.004, 0.9962, 1.0, 0.0001, 0.99999)]
    ['62%', '1%', '0.4%', '99.6%', '100%', '<0.1%', '>99.9%']
    """
    if _missing(value):
        return MISSING
    if 0 < value < 0.0005:
        return "<0.1%"
    if 0.9995 < value < 1:
        return ">99.9%"
    near_end = 0 < value < 0.01 or 0.99 < value < 1
    return f"{value:.1%}".replace(".0%", "%") if near_end else f"{value:.0%}"


def signed_share(value: float) -> str:
    """Return a difference in percent with its sign.

    Examples
    --------
    >>> signed_share(0.0312), signed_share(-0.2)
    ('+3%', '-20%')
    """
    return MISSING if _missing(value) else f"{value:+.0%}"


def money(value: float) -> str:
    """Return an amount of money without a currency: decimals only for small ones.

    Examples
    --------
    >>> money(1234.5), money(35.44), money(0.456), money(0), money(-1234.5)
    ('1,234', '35.4', '0.46', '0', '-1,234')
    """
    if _missing(value):
        return MISSING
    size = abs(value)
    decimals = 0 if size >= 100 or size < 0.005 else 1 if size >= 1 else 2
    # Adding zero keeps a rounded -0.0 from showing its sign.
    return f"{round(value, decimals) + 0.0:,.{decimals}f}"


def total(value: float) -> str:
    """Return a sum in three significant figures: more would claim too much for a forecast.

    Examples
    --------
    >>> total(348672.3), total(982.4), total(12_345_678)
    ('349,000', '982', '12,300,000')
    """
    if _missing(value) or abs(value) < 1000:
        return money(value)
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.0f}"


def decimal(value: float) -> str:
    """Return a plain number: one decimal below ten.

    Examples
    --------
    >>> decimal(3.25), decimal(12.6), decimal(1.0)
    ('3.2', '13', '1')
    """
    if _missing(value):
        return MISSING
    return f"{value:,.1f}".removesuffix(".0") if abs(value) < 9.95 else f"{value:,.0f}"


def ratio(part: float, whole: float) -> float:
    """Return part / whole, 0 where there is no whole.

    Examples
    --------
    >>> ratio(1, 4), ratio(0, 0)
    (0.25, 0.0)
    """
    return float(part) / float(whole) if whole else 0.0


def _missing(value: float) -> bool:
    # pandas hands over its own NA for a missing number, which is no Real.
    return not isinstance(value, Real) or not math.isfinite(value)
