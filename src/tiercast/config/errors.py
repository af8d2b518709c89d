"""The one family of errors that means: the input or the call is wrong, not the program."""


class InputError(ValueError):
    """Bad input or usage; the command line ends with exit code 2 and this message."""


class ConfigError(InputError):
    """The configuration breaks a rule; the message names the key, the value and the remedy."""


class OutputError(RuntimeError):
    """Something could not be written or kept; the command line ends with exit code 1."""
