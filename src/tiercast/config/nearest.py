"""The name that somebody may have meant, of those that are known; only a near one is offered."""

import difflib
from collections.abc import Iterable

NEAR = 0.7  # of 1: two typing errors in a word of eight letters, not another word


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is spelled most like `name`, whatever its case; None if far.

    Examples
    --------
    >>> nearest("custmer_id", ["customer_id", "amount"]), nearest("Country", ["amount"])
    ('customer_id', None)
    """
    by_spelling = {other.strip().lower(): other for other in known}
    near = difflib.get_close_matches(name.strip().lower(), by_spelling, n=1, cutoff=NEAR)
    return by_spelling[near[0]] if near else None
