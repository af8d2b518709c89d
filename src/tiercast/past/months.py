"""Calendar months as whole numbers."""

import datetime as dt

YEAR = 12


def months_of(day: dt.date) -> int:
    """Return the number of a day's month, counted from the year 0.

    Examples
    --------
    >>> months_of(dt.date(2018, 1, 2)) - months_of(dt.date(2017, 11, 30))
    2
    """
    return day.year * YEAR + day.month - 1


def first_day(month: int) -> dt.date:
    """Return the first day of a month.

    Examples
    --------
    >>> first_day(months_of(dt.date(2017, 12, 31)))
    datetime.date(2017, 12, 1)
    """
    return dt.date(month // YEAR, month % YEAR + 1, 1)
