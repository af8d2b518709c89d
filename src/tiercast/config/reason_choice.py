"""Which reasons a scoring gives each customer."""

from typing import Literal, get_args

from tiercast.config.errors import InputError

ReasonChoice = Literal["none", "top", "all"]
DEFAULT: ReasonChoice = "top"


def check_reason_choice(reasons: str) -> None:
    """Refuse a word that is no choice.

    Raises
    ------
    InputError
        It is another word.

    Examples
    --------
    >>> check_reason_choice("all")
    """
    if reasons not in get_args(ReasonChoice):
        raise InputError(
            f"`reasons` must be one of {', '.join(get_args(ReasonChoice))}, but got {reasons!r}; "
            "`top` gives three reasons to each customer."
        )
