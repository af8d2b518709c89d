"""What messages call a source and a driver's complaint: without any password."""

from tiercast.config.schema import SourceConfig
from tiercast.config.secrets import masked


def describe(source: SourceConfig) -> str:
    """Answer the source's name for messages, any password masked."""
    if source.path is not None:
        return masked(source.path)
    return f"{masked(str(source.connection))} table {source.table}"


def first_line(error: Exception) -> str:
    """Answer what a driver says, without the lines that are about its own settings."""
    return masked(str(error)).splitlines()[0]
