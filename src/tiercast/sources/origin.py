"""Names of sources and errors of drivers, for messages: as in the config, no secret shown."""

from tiercast.config.environment import public_text
from tiercast.config.hiding import hide
from tiercast.config.schema import SourceConfig


def describe(source: SourceConfig) -> str:
    """Return the source's name for messages and records, secrets hidden."""
    if source.path is not None:
        return public_text(source.path)
    if source.files is not None:
        return f"query over {', '.join(public_text(path) for path in source.files.values())}"
    parts = (source.connection, source.table)
    return " table ".join(public_text(part) for part in parts if part is not None)


def first_line(error: Exception) -> str:
    """Return the first line of an error of a driver or a store, secrets hidden."""
    return hide(str(error) or type(error).__name__).splitlines()[0]
