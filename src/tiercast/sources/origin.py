"""What messages call a source and a driver's complaint: as the config has it, no secret shown."""

from tiercast.config.environment import told
from tiercast.config.hiding import hide
from tiercast.config.schema import SourceConfig


def describe(source: SourceConfig) -> str:
    """Return the source's name for messages and records, any secret hidden."""
    if source.path is not None:
        return told(source.path)
    if source.files is not None:
        return f"query over {', '.join(told(path) for path in source.files.values())}"
    parts = (source.connection, source.table)
    return " table ".join(told(part) for part in parts if part is not None)


def first_line(error: Exception) -> str:
    """Return what a driver says, without the lines that are about its own settings."""
    return hide(str(error)).splitlines()[0]
