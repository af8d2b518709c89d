"""What a message must not show of a config: what it took from the environment, and passwords."""

from typing import TYPE_CHECKING

from tiercast.config.hiding import HIDDEN, hide, passwords
from tiercast.config.hiding import masked as masked  # a part of this module's vocabulary

if TYPE_CHECKING:
    from tiercast.config.schema import Config


def without_secrets(text: str, config: "Config") -> str:
    """Return the text with every password of the config hidden, in whatever words it stands."""
    text = hide(text)
    for url in _connections(config):
        for password in passwords(url):
            text = text.replace(password, HIDDEN)
    return text


def _connections(config: "Config") -> list[str]:
    sources = config.sources.values()
    given = [place for source in sources for place in (source.connection, source.path)]
    output = config.output
    return [url for url in (*given, output.connection, output.url) if url is not None]
