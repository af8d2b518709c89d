"""The one family of errors that means: the input or the call is wrong, not the program."""

from tiercast.config.hiding import hide


class InputError(ValueError):
    """Bad input or usage; the command line ends with exit code 2 and this message.

    Whatever it is made of, it shows no secret.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(hide(message))


class ConfigError(InputError):
    """The configuration breaks a rule; the message names the key, the value and the remedy."""


class FailedError(RuntimeError):
    """The program could not do its work, but may later; the command line ends with exit code 1.

    Whatever it is made of, it shows no secret.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(hide(message))


class OutputError(FailedError):
    """Something could not be written or kept."""


class SourceGoneError(FailedError):
    """A source is there but does not answer, or no longer: its server or the network is down."""
