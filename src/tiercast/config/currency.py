"""The currencies of ISO 4217."""

from babel.localedata import load

from tiercast.config.nearest import nearest


def known_currency(code: str) -> str:
    """Return the code of a currency if ISO 4217 has it.

    Raises
    ------
    ValueError
        It has not; the message names the nearest code.

    Examples
    --------
    >>> known_currency("EUR")
    'EUR'
    """
    known = load("en")["currency_names"]
    if code in known:
        return code
    near = nearest(code, known) or nearest(code, [one for one in known if one[0] == code[:1]])
    remedy = f"did you mean `{near}`?" if near else "write for example `EUR`, `USD` or `CNY`"
    raise ValueError(f"currency must be a code of ISO 4217, but got {code!r}; {remedy}")
