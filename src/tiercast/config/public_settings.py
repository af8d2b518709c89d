"""A config, and texts about it, as they may be stored and shown: without secrets."""

from tiercast.config.environment import public_text
from tiercast.config.hiding import HIDDEN, hide, passwords
from tiercast.config.schema import Config, SourceConfig


def public_settings(config: Config) -> dict[str, object]:
    """Return the settings without anything that may hold a secret."""
    settings = config.model_dump(mode="json")
    settings["sources"] = {name: public_source(source) for name, source in config.sources.items()}
    for secret in ("connection", "url"):
        settings["output"].pop(secret, None)
    return settings


def public_source(source: SourceConfig) -> dict[str, object]:
    """Return the settings of a source, without its `connection`."""
    plain = source.model_dump(mode="json", exclude={"connection"})
    return {key: _shown(getattr(source, key), value) for key, value in plain.items()}


def _shown(value: object, plain: object) -> object:
    """Return a setting with its texts as in the config; `plain` is the setting as JSON."""
    if isinstance(value, dict):
        return {key: public_text(text) for key, text in value.items()}
    return public_text(value) if isinstance(value, str) else plain


def without_secrets(text: str, config: Config) -> str:
    """Return the text with every password of the config hidden, in any form."""
    text = hide(text)
    for url in _connections(config):
        for password in passwords(url):
            text = text.replace(password, HIDDEN)
    return text


def _connections(config: Config) -> list[str]:
    sources = config.sources.values()
    given = [place for source in sources for place in (source.connection, source.path)]
    output = config.output
    return [url for url in (*given, output.connection, output.url) if url is not None]
