"""Errors about data that break the contract."""

from tiercast.config.errors import InputError


class DataContractError(InputError):
    """A table cannot be used; the message names the file, the column, the value and the remedy."""
