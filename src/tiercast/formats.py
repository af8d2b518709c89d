"""Numbers and money as a reader wants them: in the own language, rounded to what matters."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Literal

from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
    get_currency_symbol,
)

from tiercast.date_formats import DateFormats

MISSING = "–"
Form = Literal[
    "count", "share", "signed_share", "money", "total", "decimal", "two", "three", "times"
]


@dataclass(frozen=True)
class Formats(DateFormats):
    """How a language writes numbers and dates; `currency` is the ISO 4217 code, None: no sign.

    Figures of groups of fewer than `small_cells` customers are not written, see `about`.
    """

    currency: str | None = None
    small_cells: int = 0

    @property
    def sign(self) -> str:
        """The sign of money, for the axis of a chart; "" without a currency.

        Examples
        --------
        >>> Formats(currency="EUR").sign, Formats().sign
        ('€', '')
        """
        return get_currency_symbol(self.currency, locale=self.language) if self.currency else ""

    def shows(self, customers: float | None) -> bool:
        """Return whether figures of a group of so many customers may be shown.

        None is no group; of nobody, that there is nobody may be said.

        Examples
        --------
        >>> [Formats(small_cells=10).shows(customers) for customers in (None, 0, 1, 9, 10)]
        [True, True, False, False, True]
        """
        return customers is None or not 0 < customers < self.small_cells

    def about(self, customers: float | None) -> "Formats":
        """Return the formats for figures of a group: those of a small one show nothing.

        Examples
        --------
        >>> few = Formats(small_cells=10).about(4)
        >>> few.count(4), few.total(9000.0) == MISSING, Formats(small_cells=10).about(12).count(12)
        ('<10', True, '12')
        """
        if self.shows(customers):
            return self
        return SmallGroup(self.language, self.currency, self.small_cells)

    def named(self, form: Form) -> Callable[[float], str]:
        """Return the method of a name."""
        method: Callable[[float], str] = getattr(self, form)
        return method

    def count(self, value: float) -> str:
        """Return a whole number.

        Examples
        --------
        >>> Formats().count(23502.4), Formats().count(math.nan) == MISSING
        ('23,502', True)
        """
        return MISSING if _missing(value) else self._number(value, 0)

    def signed_count(self, value: float) -> str:
        """Return a difference of whole numbers with its sign.

        Examples
        --------
        >>> Formats().signed_count(1234), Formats().signed_count(-5)
        ('+1,234', '-5')
        """
        if _missing(value):
            return MISSING
        return format_decimal(value, "+#,##0;-#,##0", locale=self.language)

    def share(self, value: float) -> str:
        """Return a share of 1 in percent; one decimal near 0 and 1, where it matters.

        Examples
        --------
        >>> [Formats().share(value) for value in (0.6234, 0.0098, 0.004, 0.9962, 1.0)]
        ['62%', '1%', '0.4%', '99.6%', '100%']
        >>> Formats().share(0.0001), Formats().share(0.99999), Formats().share(-0.002)
        ('<0.1%', '>99.9%', '-0.2%')
        """
        if _missing(value):
            return MISSING
        if 0 < value < 0.0005:
            return f"<{self._percent(0.001, '0.0%')}"
        if 0.9995 < value < 1:
            return f">{self._percent(0.999, '0.0%')}"
        if -0.0005 < value <= 0:
            value = 0.0  # not "-0%"
        near_end = 0 < abs(value) < 0.01 or 0.99 < value < 1
        return self._percent(value, "#,##0.#%" if near_end else "#,##0%")

    def signed_share(self, value: float) -> str:
        """Return a difference in percent with its sign.

        Examples
        --------
        >>> [Formats().signed_share(value) for value in (0.0312, -0.2, -0.004)]
        ['+3%', '-20%', '0%']
        """
        if _missing(value):
            return MISSING
        if abs(value) <= 0.005:
            return self._percent(0, "0%")
        return self._percent(value, "+#,##0%;-#,##0%")

    def tenths(self, value: float) -> str:
        """Return a share of 1 in percent with one decimal.

        Examples
        --------
        >>> Formats().tenths(0.2277), Formats().tenths(math.nan) == MISSING
        ('22.8%', True)
        """
        return MISSING if _missing(value) else self._percent(value, "#,##0.0%")

    def signed_tenths(self, value: float) -> str:
        """Return a small difference in percent with its sign and one decimal."""
        return self._percent(value, "+#,##0.0%;-#,##0.0%")

    def money(self, value: float) -> str:
        """Return an amount of money: decimals only for small ones, if its currency has any.

        Examples
        --------
        >>> [Formats().money(value) for value in (1234.5, 35.44, 0.456, 0, -1234.5)]
        ['1,234', '35.4', '0.46', '0', '-1,234']
        >>> Formats(currency="EUR").money(-35.44), Formats("zh", "CNY").money(1234.5)
        ('-€35.4', '¥1,234')
        >>> Formats(currency="JPY").money(35.44)
        '¥35'
        """
        if _missing(value):
            return MISSING
        size = abs(value)
        decimals = 0 if size >= 100 or size < 0.005 else 1 if size >= 1 else 2
        return self._amount(value, min(decimals, self._precision))

    def whole(self, value: float) -> str:
        """Return an amount of money without decimals."""
        return self._amount(value, 0)

    def exact(self, value: float) -> str:
        """Return an amount of money to the smallest unit of its currency.

        Examples
        --------
        >>> Formats().exact(1234.5), Formats("zh", "JPY").exact(1234.4)
        ('1,234.50', 'JP¥1,234')
        """
        if _missing(value):
            return MISSING
        return self._amount(value, self._precision)

    def total(self, value: float) -> str:
        """Return a sum in three significant figures: more would claim too much for a forecast.

        Examples
        --------
        >>> [Formats().total(value) for value in (348672.3, 982.4, 12_345_678)]
        ['349,000', '982', '12,300,000']
        >>> Formats(currency="USD").total(348672.3)
        '$349,000'
        """
        if _missing(value) or abs(value) < 1000:
            return self.money(value)
        digits = 2 - math.floor(math.log10(abs(value)))
        return self._amount(round(value, digits), 0)

    def decimal(self, value: float) -> str:
        """Return a plain number: one decimal below ten.

        Examples
        --------
        >>> Formats().decimal(3.25), Formats().decimal(12.6), Formats().decimal(1.0)
        ('3.2', '13', '1')
        """
        if _missing(value):
            return MISSING
        if abs(value) >= 9.95:
            return self._number(value, 0)
        return format_decimal(round(value, 1) + 0.0, "#,##0.#", locale=self.language)

    def two(self, value: float) -> str:
        """Return a small measure in two decimals."""
        return MISSING if _missing(value) else self._number(value, 2)

    def three(self, value: float) -> str:
        """Return a metric in three decimals."""
        return MISSING if _missing(value) else self._number(value, 3)

    def times(self, value: float) -> str:
        """Return a multiple."""
        return f"{self.decimal(value)}x"

    @property
    def _precision(self) -> int:
        """The decimals of the smallest unit of the currency."""
        return get_currency_precision(self.currency) if self.currency else 2

    def _amount(self, value: float, decimals: int) -> str:
        if self.currency is None:
            return self._number(value, decimals)
        pattern = _pattern(decimals)
        return format_currency(
            _rounded(value, decimals),
            self.currency,
            format=f"¤{pattern};-¤{pattern}",
            locale=self.language,
            currency_digits=False,
        )

    def _number(self, value: float, decimals: int) -> str:
        rounded = _rounded(value, decimals)
        return format_decimal(rounded, _pattern(decimals), locale=self.language)

    def _percent(self, value: float, pattern: str) -> str:
        return format_percent(value, pattern, locale=self.language)


class SmallGroup(Formats):
    """The figures of a group too small to be shown: its number as `<10`, others as a dash."""

    def count(self, value: float) -> str:
        """Return that the group is small."""
        return MISSING if _missing(value) else f"<{self.small_cells}"

    def _hidden(self, value: float) -> str:
        return MISSING

    signed_count = share = signed_share = tenths = signed_tenths = _hidden
    money = whole = exact = total = decimal = two = three = times = _hidden


def ratio(part: float, whole: float) -> float:
    """Return part / whole, 0 where there is no whole.

    Examples
    --------
    >>> ratio(1, 4), ratio(0, 0)
    (0.25, 0.0)
    """
    return float(part) / float(whole) if whole else 0.0


def _pattern(decimals: int) -> str:
    return f"#,##0.{'0' * decimals}".rstrip(".")


def _rounded(value: float, decimals: int) -> float:
    # Adding zero keeps a rounded -0.0 from showing its sign.
    return round(float(value), decimals) + 0.0


def _missing(value: float) -> bool:
    # pandas hands over its own NA for a missing number, which is no Real.
    return not isinstance(value, Real) or not math.isfinite(value)
