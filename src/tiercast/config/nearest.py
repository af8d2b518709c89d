"""The known name that a user may have meant; only a similar one is proposed."""

import difflib
from collections.abc import Collection, Iterable

from tiercast.config.message import Message

NEAR = 0.7  # similarity of 1: two typing errors in eight letters, not another word


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most similar to `name`, in any case; None if none is similar.

    Examples
    --------
    >>> nearest("custmer_id", ["customer_id", "amount"]), nearest("Country", ["amount"])
    ('customer_id', None)
    """
    by_spelling = {other.strip().lower(): other for other in known}
    near = difflib.get_close_matches(name.strip().lower(), by_spelling, n=1, cutoff=NEAR)
    return by_spelling[near[0]] if near else None


def hint(name: str, known: Collection[str]) -> str:
    """Return the end of a message on an unknown name: the nearest known one, or all.

    Examples
    --------
    >>> hint("custmer_id", ["customer_id", "amount"]), hint("Country", ["amount", "day"])
    ('did you mean `customer_id`?', 'there are amount, day.')
    """
    near = nearest(name, known)
    if near:
        return Message.of("did you mean `{near}`?", near=near)
    return Message.of("there are {known}.", known=list(known))
