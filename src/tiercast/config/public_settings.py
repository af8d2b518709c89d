"""A config as it may be stored and shown: `${NAME}` for values of the environment."""

from tiercast.config.environment import public_text
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
