"""What a message must not show: the passwords in connection URLs."""

import re
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from tiercast.config.schema import Config

# Up to the last @: a password that isn't percent-encoded may hold any sign.
PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):\S*(?=@)|(?<=password=)[^&\s]+", re.IGNORECASE)
HIDDEN = "***"


def masked(text: str) -> str:
    """Answer the text with the passwords of the URLs in it hidden.

    Examples
    --------
    >>> masked("cannot reach postgresql://me:geheim@host/shop")
    'cannot reach postgresql://me:***@host/shop'
    """
    return PASSWORD.sub(lambda m: HIDDEN if m[1] is None else f"{m[1]}:{HIDDEN}", text)


def without_secrets(text: str, config: Config) -> str:
    """Answer the text with every password of the config hidden, in whatever words it stands."""
    for url in _connections(config):
        for password in _passwords(url):
            text = text.replace(password, HIDDEN)
    return masked(text)


def _connections(config: Config) -> list[str]:
    sources = config.sources.values()
    given = [place for source in sources for place in (source.connection, source.path)]
    output = config.output
    return [url for url in (*given, output.connection, output.url) if url is not None]


def _passwords(url: str) -> set[str]:
    found = {match[0].partition(":")[2] or match[0] for match in PASSWORD.finditer(url)}
    with suppress(ValueError):  # no URL that anyone reads; the pattern found what looks like one
        found.add(urlsplit(url).password or "")
    return {form for password in found for form in (password, unquote(password)) if form}
