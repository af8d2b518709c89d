"""Ids of customers as the report shows them: masked by default, no two of a list alike."""

from collections import Counter
from collections.abc import Sequence

from tiercast.reporting.inputs import Inputs

MOST_MORE = 3  # characters that a mask may show more


def shown_ids(customers: Sequence[object], inputs: Inputs) -> list[str]:
    """Return the ids of different customers as the config wants them."""
    report = inputs.config.report
    if report.ids == "full":
        return [str(customer) for customer in customers]
    if report.ids == "pseudonymous":
        return [report.pseudonym(customer) for customer in customers]
    return masked_apart(customers)


def masked_id(customer: object, more: int = 0) -> str:
    """Return an id with the ends of it alone; of an e-mail address, those before its `@`.

    Four characters or longer keep two at their end; `more` adds some.

    Examples
    --------
    >>> [masked_id(one) for one in ("anna.schmidt@web.de", 12583, 2347, "bob", "a7")]
    ['an…dt@…', '1…83', '2…47', 'b…b', '…7']
    """
    text, at, _ = str(customer).partition("@")
    head = 2 if len(text) > 6 else 1 if len(text) > 2 else 0
    tail = min((2 if len(text) > 3 else 1) + more, max(1, len(text) - head - 1))
    return f"{text[:head]}…{text[-tail:]}{'@…' if at else ''}"


def masked_apart(customers: Sequence[object]) -> list[str]:
    """Return masks of different ids, no two alike.

    Masks that would be alike show up to three characters more, then they are numbered.

    Examples
    --------
    >>> masked_apart([12583, 12683, 40017]), masked_apart(["a7", "b7"])
    (['1…583', '1…683', '4…17'], ['…7 (1)', '…7 (2)'])
    """
    shown = [masked_id(one) for one in customers]
    for more in range(1, MOST_MORE + 1):
        times = Counter(shown)
        shown = [
            masked_id(one, more) if times[mask] > 1 else mask
            for one, mask in zip(customers, shown, strict=True)
        ]
    times, seen = Counter(shown), Counter[str]()
    for place, mask in enumerate(shown):
        if times[mask] > 1:
            seen[mask] += 1
            shown[place] = f"{mask} ({seen[mask]})"
    return shown
