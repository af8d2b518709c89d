"""`${NAME}` in a config: a value of the environment, shown only by its name."""

import os
import re
from collections.abc import Iterator

from tiercast.config.errors import ConfigError
from tiercast.config.hiding import HIDDEN, masked, passwords

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# Numbers, fixed words, and names that results show. A variable used here is no secret; a variable
# used in any other place is one.
OPEN_PLACES = (
    ("name",),
    ("engine",),
    ("language",),
    ("outlook",),
    ("train",),
    ("tiers",),
    ("rfm",),
    ("monitor",),
    ("plugins",),
    ("alerts", "rules"),
    ("alerts", "without"),
    ("output", "path"),
    ("output", "schema"),
    ("feature_store",),
)

Place = tuple[str, ...]


class Expanded(str):
    """A text with values of the environment; `written` is the text of the config."""

    written: str

    def __new__(cls, value: str, written: str) -> "Expanded":
        """Return the value with the text of the config."""
        text = super().__new__(cls, value)
        text.written = written
        return text

    def __reduce__(self) -> tuple[type["Expanded"], tuple[str, str]]:
        return Expanded, (str(self), self.written)

    def __repr__(self) -> str:
        return repr(self.written)

    def rstrip(self, signs: str | None = None, /) -> "Expanded":
        """Return both forms without the characters at their ends."""
        return Expanded(super().rstrip(signs), self.written.rstrip(signs))


def public_text(text: str) -> str:
    """Return a setting as it may be shown: as in the config, with passwords masked.

    Examples
    --------
    >>> public_text(Expanded("https://host/a.csv?sig=geheim", "https://host/a.csv?sig=${SIGNATURE}"))
    'https://host/a.csv?sig=${SIGNATURE}'
    """
    return masked(text.written if isinstance(text, Expanded) else text)


def expanded(value: object, origin: str, place: Place = ()) -> object:
    """Return settings with `${NAME}` replaced by the environment's value.

    Raises
    ------
    ConfigError
        A name is not set.
    """
    if isinstance(value, dict):
        return {key: expanded(item, origin, (*place, str(key))) for key, item in value.items()}
    if isinstance(value, list):
        return [expanded(item, origin, place) for item in value]
    if not isinstance(value, str) or not REFERENCE.search(value):
        return value
    text = REFERENCE.sub(lambda match: _value(match[1], origin), value)
    return text if _is_open(place) else Expanded(text, value)


def all_values(settings: object) -> dict[str, str]:
    """Return each value that settings take from the environment, and the name to show."""
    names = {name for _, text in _references(settings) for name in REFERENCE.findall(text)}
    return {os.environ[name]: f"${{{name}}}" for name in names}


def secrets_of(settings: object) -> dict[str, str]:
    """Return secrets of settings from the environment, and the text to show for each.

    Secrets are the values, the texts that contain one, and the passwords in these.
    """
    found = list(_references(settings))
    seen = {name for place, text in found if _is_open(place) for name in REFERENCE.findall(text)}
    secrets = {}
    for place, text in found:
        if not _is_open(place):
            secrets[REFERENCE.sub(lambda match: os.environ[match[1]], text)] = masked(text)
    names = {n for place, text in found if not _is_open(place) for n in REFERENCE.findall(text)}
    secrets |= {os.environ[name]: f"${{{name}}}" for name in names - seen}
    return {p: HIDDEN for value in secrets for p in passwords(value)} | secrets


def _value(name: str, origin: str) -> str:
    if name not in os.environ:
        raise ConfigError(f"{origin}: ${{{name}}} is used but not set in the environment; set it.")
    return os.environ[name]


def _references(value: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield the texts that name a variable, and their places."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _references(item, (*place, str(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _references(item, place)
    elif isinstance(value, str) and REFERENCE.search(value):
        yield place, value


def _is_open(place: Place) -> bool:
    return any(place[: len(open_place)] == open_place for open_place in OPEN_PLACES)
