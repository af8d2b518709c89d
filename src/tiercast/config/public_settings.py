"""A config as it may be stored and shown: `${NAME}` for what the environment holds."""

from tiercast.config.environment import told
from tiercast.config.schema import Config, SourceConfig


def public_settings(config: Config) -> dict[str, object]:
    """Return the settings without anything that may hold a secret."""
    settings = config.model_dump(mode="json")
    settings["sources"] = {name: public_source(source) for name, source in config.sources.items()}
    for secret in ("connection", "url"):
        settings["output"].pop(secret, None)
    return settings


def public_source(source: SourceConfig) -> dict[str, object]:
    """Return how a source is read, without its `connection`."""
    plain = source.model_dump(mode="json", exclude={"connection"})
    return {key: _shown(getattr(source, key), value) for key, value in plain.items()}


def _shown(value: object, plain: object) -> object:
    """Return a setting with each text as the config has it; `plain` is it as JSON has it."""
    if isinstance(value, dict):
        return {key: told(text) for key, text in value.items()}
    return told(value) if isinstance(value, str) else plain
