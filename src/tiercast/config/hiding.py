"""What is told of a secret: the name it goes by, never its value.

One list for the process, since whoever tells something (an error, a log, a run's record) does not
know which config it comes from. `remember` adds to it when a config is read; `hide` goes by it.
"""

import html
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit

HIDDEN = "***"
# Shorter values are numbers and words that a message cannot do without.
SHORTEST = 6
# Up to the last @: a password that isn't percent-encoded may hold any sign.
PASSWORD = re.compile(
    r"(?<=://)([^:/@\s]*):(?!\$\{\w+\}@)\S+(?=@)|(?<=password=)(?!\$\{)[^&\s]+", re.IGNORECASE
)
# What signs a URL: `sig` (Azure), `X-Amz-Signature`, `X-Amz-Security-Token`, `token`, `key`, ...
SIGNATURE = re.compile(
    r"([?&;](?:[\w-]*[_-])?(?:sig|signature|token|key|apikey|secret|credential)=)"
    r"(?!\$\{)[^&\s'\"]*[^&\s'\":;,.)]",
    re.IGNORECASE,
)
# How a sign may be written, beside what URLs, HTML, Python and JSON make of it alone.
OTHERWISE = {" ": {"+"}, "+": {" "}, "'": {"''", "\\'"}, '"': {'""', '\\"'}}

_known: dict[str, str] = {}


def remember(secrets: Mapping[str, str]) -> None:
    """Hide values from now on, each behind what is told in its place."""
    _known.update({value: told for value, told in secrets.items() if len(value) >= SHORTEST})


def hide(text: str) -> str:
    """Return the text without any secret: those remembered, and the passwords of URLs in it.

    Examples
    --------
    >>> remember({"geheim/7f3a": "${SHOP_SIGNATURE}"})
    >>> hide("GET https://host/a.csv?v=geheim%2F7f3a: 403")
    'GET https://host/a.csv?v=${SHOP_SIGNATURE}: 403'
    """
    return masked(replaced(text, _known))


def masked(text: str) -> str:
    """Return the text with the passwords and signatures of the URLs in it hidden.

    Examples
    --------
    >>> masked("cannot reach postgresql://me:geheim@host/shop")
    'cannot reach postgresql://me:***@host/shop'
    >>> masked("https://host/orders.parquet?v=2&sig=geheim")
    'https://host/orders.parquet?v=2&sig=***'
    """
    text = PASSWORD.sub(lambda m: HIDDEN if m[1] is None else f"{m[1]}:{HIDDEN}", text)
    return SIGNATURE.sub(rf"\1{HIDDEN}", text)


def replaced(text: str, secrets: Mapping[str, str]) -> str:
    """Return the text with what is told in place of each value, the longest first."""
    for value in sorted(secrets, key=len, reverse=True):
        text = _in_any_form(value).sub(secrets[value].replace("\\", r"\\"), text)
    return text


def passwords(url: str) -> set[str]:
    """Return the passwords in a URL, as they stand there and decoded."""
    found = {
        match[0] if match[1] is None else match[0].removeprefix(f"{match[1]}:")
        for match in PASSWORD.finditer(url)
    }
    with suppress(ValueError):  # no URL that anyone reads; the pattern found what looks like one
        found.add(urlsplit(url).password or "")
    return {form for password in found for form in (password, unquote(password)) if form}


def _in_any_form(value: str) -> re.Pattern[str]:
    """Match a value however it was written into a URL, JSON, HTML, SQL or Python."""
    return re.compile("|".join("".join(map(_forms, v)) for v in {value, unquote(value)}))


def _forms(sign: str) -> str:
    if sign.isascii() and sign.isalnum():
        return sign
    percent = "".join(f"%(?:25)?(?i:{byte:02x})" for byte in sign.encode(errors="replace"))
    written = {sign, html.escape(sign), repr(sign)[1:-1], json.dumps(sign)[1:-1]}
    written |= OTHERWISE.get(sign, set())
    longest_first = sorted(written, key=len, reverse=True)
    return f"(?:{'|'.join([percent, *map(re.escape, longest_first)])})"
