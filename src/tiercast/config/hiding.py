"""Hide secrets: messages show the name of a secret, never its value.

The process has one list of secrets, since errors, logs and records do not know the config they
belong to. `remember` adds to it when a config is read; `hide` uses it.
"""

import html
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import unquote, urlsplit

HIDDEN = "***"
# Shorter values are numbers and words that messages need.
SHORTEST = 6
# Up to the last @: a password that isn't percent-encoded may hold any sign.
PASSWORD = re.compile(
    r"(?<=://)([^:/@\s]*):(?!\$\{\w+\}@)\S+(?=@)|(?<=password=)(?!\$\{)[^&\s]+", re.IGNORECASE
)
# The signature of a URL: `sig` (Azure), `X-Amz-Signature`, `X-Amz-Security-Token`, `key`, ...
SIGNATURE = re.compile(
    r"([?&;](?:[\w-]*[_-])?(?:sig|signature|token|key|apikey|secret|credential)=)"
    r"(?!\$\{)[^&\s'\"]*[^&\s'\":;,.)]",
    re.IGNORECASE,
)
# Forms of a character, beside those of URLs, HTML, Python and JSON.
OTHERWISE = {" ": {"+"}, "+": {" "}, "'": {"''", "\\'"}, '"': {'""', '\\"'}}

_known: dict[str, str] = {}


def remember(secrets: Mapping[str, str]) -> None:
    """Hide values from now on; `secrets` has the text to show for each."""
    _known.update({value: name for value, name in secrets.items() if len(value) >= SHORTEST})


def hide(text: str) -> str:
    """Return the text without secrets: remembered ones, and the passwords of URLs in it.

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
    """Return the text with each value replaced, the longest first."""
    for value in sorted(secrets, key=len, reverse=True):
        text = _in_any_form(value).sub(secrets[value].replace("\\", r"\\"), text)
    return text


def passwords(url: str) -> set[str]:
    """Return the passwords in a URL, as written and decoded."""
    found = {
        match[0] if match[1] is None else match[0].removeprefix(f"{match[1]}:")
        for match in PASSWORD.finditer(url)
    }
    with suppress(ValueError):  # not a valid URL, though the pattern matches
        found.add(urlsplit(url).password or "")
    return {form for password in found for form in (password, unquote(password)) if form}


def _in_any_form(value: str) -> re.Pattern[str]:
    """Return a pattern of a value as written into a URL, JSON, HTML, SQL or Python."""
    return re.compile("|".join("".join(map(_forms, v)) for v in {value, unquote(value)}))


def _forms(sign: str) -> str:
    if sign.isascii() and sign.isalnum():
        return sign
    percent = "".join(f"%(?:25)?(?i:{byte:02x})" for byte in sign.encode(errors="replace"))
    written = {sign, html.escape(sign), repr(sign)[1:-1], json.dumps(sign)[1:-1]}
    written |= OTHERWISE.get(sign, set())
    longest_first = sorted(written, key=len, reverse=True)
    return f"(?:{'|'.join([percent, *map(re.escape, longest_first)])})"
