"""Dates as a reader of each language writes them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel.dates import format_date

DATES = {"en": "d MMMM y", "zh": "y年M月d日"}
SHORT_DATES = {"en": "d MMM y", "zh": "y年M月d日"}
DAYS = {"en": "d MMM", "zh": "M月d日"}
MONTHS = {"en": "MMM y", "zh": "y年M月"}
QUARTERS = {"en": "QQQ y", "zh": "y年第Q季度"}
YEARS = {"en": "y", "zh": "y年"}


@dataclass(frozen=True)
class DateFormats:
    """How a language writes dates."""

    language: Literal["en", "zh"] = "en"

    def day(self, day: date) -> str:
        """Return a day without its year.

        Examples
        --------
        >>> [DateFormats(language).day(date(2017, 12, 4)) for language in ("en", "zh")]
        ['4 Dec', '12月4日']
        """
        return format_date(day, DAYS[self.language], locale=self.language)

    def month(self, day: date) -> str:
        """Return the month of a day.

        Examples
        --------
        >>> [DateFormats(language).month(date(2017, 12, 4)) for language in ("en", "zh")]
        ['Dec 2017', '2017年12月']
        """
        return format_date(day, MONTHS[self.language], locale=self.language)

    def quarter(self, day: date) -> str:
        """Return the calendar quarter of a day.

        Examples
        --------
        >>> [DateFormats(language).quarter(date(2017, 12, 4)) for language in ("en", "zh")]
        ['Q4 2017', '2017年第4季度']
        """
        return format_date(day, QUARTERS[self.language], locale=self.language)

    def year(self, day: date) -> str:
        """Return the year of a day.

        Examples
        --------
        >>> [DateFormats(language).year(date(2017, 12, 4)) for language in ("en", "zh")]
        ['2017', '2017年']
        """
        return format_date(day, YEARS[self.language], locale=self.language)

    def short_date(self, day: date) -> str:
        """Return a date as an axis of a chart has room for it.

        Examples
        --------
        >>> [DateFormats(language).short_date(date(2017, 12, 4)) for language in ("en", "zh")]
        ['4 Dec 2017', '2017年12月4日']
        """
        return format_date(day, SHORT_DATES[self.language], locale=self.language)

    def date(self, day: date) -> str:
        """Return a date as people write it.

        Examples
        --------
        >>> [DateFormats(language).date(date(2017, 12, 4)) for language in ("en", "zh")]
        ['4 December 2017', '2017年12月4日']
        """
        return format_date(day, DATES[self.language], locale=self.language)
