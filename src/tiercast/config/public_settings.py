"""A config as it may be stored and shown: `${NAME}` for what the environment holds."""

from tiercast.config.environment import told
from tiercast.config.schema import Config, SourceConfig


def public_settings(config: Config) -> dict[str, object]:
    """Answer the settings without anything that may hold a secret."""
    settings = config.model_dump(mode="json")
    settings["sources"] = {name: _told(source) for name, source in config.sources.items()}
    for secret in ("connection", "url"):
        settings["output"].pop(secret, None)
    return settings


def _told(source: SourceConfig) -> dict[str, object]:
    """Answer where a source is as the config has it: `${NAME}`, not its value."""
    return {
        "path": _told_or_none(source.path),
        "table": _told_or_none(source.table),
        "columns": {name: told(own) for name, own in source.columns.items()},
        "time_format": _told_or_none(source.time_format),
    }


def _told_or_none(text: str | None) -> str | None:
    return None if text is None else told(text)
