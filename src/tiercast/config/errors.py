"""Errors of tiercast: wrong input or usage (`InputError`), and failed work (`FailedError`)."""

from typing import Self

from tiercast.config.hiding import hide
from tiercast.config.message import Message


class InputError(ValueError):
    """Bad input or usage; the command line ends with exit code 2 and this message.

    Secrets in the message are hidden. `message` is what was given: it can be said in another
    language, with its secrets.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(hide(message))
        self.message = message

    @classmethod
    def of(cls, template: str, /, **values: object) -> Self:
        """Return the error whose message is a template, filled with values."""
        return cls(Message.of(template, **values))


class ConfigError(InputError):
    """The configuration breaks a rule; the message names the key, the value and the remedy."""


class FailedError(RuntimeError):
    """The program could not do its work, but may later; the command line ends with exit code 1.

    Secrets in the message are hidden; `message` is as in `InputError`.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(hide(message))
        self.message = message


class OutputError(FailedError):
    """Something could not be written or stored."""


class SourceGoneError(FailedError):
    """A source does not respond: its server or the network is down."""
