"""The horizons of an outlook, in days: one number, or a list whose first is the main one."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationError

LONGEST_DAYS = 1098
Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
_ONE = TypeAdapter(Days)


def _listed(given: object) -> object:
    """Return a single number as a list of one; the message on it then names no place in a list."""
    if isinstance(given, list | tuple):
        return given
    try:
        return (_ONE.validate_python(given),)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from None


def main_first(days: tuple[int, ...]) -> tuple[int, ...]:
    """Return the first, then each further one once, the shortest first.

    Examples
    --------
    >>> main_first((90, 365, 30, 90, 365))
    (90, 30, 365)
    """
    return (days[0], *sorted(set(days) - {days[0]}))


Horizons = Annotated[
    tuple[Days, ...], Field(min_length=1), BeforeValidator(_listed), AfterValidator(main_first)
]
