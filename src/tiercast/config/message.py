"""Messages: English texts that remember how they were made, so that a catalogue can say them."""

import datetime as dt
from collections.abc import Mapping
from functools import reduce
from string import Formatter
from typing import Any

MISSING = "-"
# Forms that each language writes in its own way, and how they are stored.
FORMS = {"money": ",.0f", "exact": ",.2f"}


class Message(str):
    """An English text with the template and the values it was filled from.

    It is stored, raised and compared as the text that it is; a catalogue looks up the template
    and fills the translation with the same values, messages and names among them translated.
    """

    template: str
    values: Mapping[Any, Any]

    @classmethod
    def of(cls, template: str, /, **values: object) -> "Message":
        """Return the message of a template and its values.

        Examples
        --------
        >>> Message.of("{rows:,} rows of {tables}", rows=1200, tables=["orders", "customers"])
        '1,200 rows of orders, customers'
        """
        return filled(template, values)


class Name(str):
    """A stored name of a kind that has labels, such as a tier."""

    kind: str


class MessageFormatter(Formatter):
    """Write a missing value as a dash, a midnight as its day, a plain float in four digits."""

    between = ", "

    def convert_field(self, value: Any, conversion: Any) -> Any:
        """Convert a value; `!t` marks a text as one that has a translation."""
        if conversion != "t":
            return super().convert_field(value, conversion)
        return Message.of(value) if type(value) is str else value

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as text; several of them as a list."""
        if isinstance(value, tuple | list):
            return self.between.join(self.format_field(one, format_spec) for one in value)
        return cell(value, format_spec)


CELLS = MessageFormatter()


def filled(template: str, values: Mapping[Any, Any]) -> Message:
    """Return a message filled from a mapping."""
    message = Message(CELLS.vformat(template, (), values))
    message.template, message.values = template, values
    return message


def joined(first: str, *more: str) -> str:
    """Return sentences one after another.

    Examples
    --------
    >>> joined("It grew.", "It is large.")
    'It grew. It is large.'
    """
    return reduce(lambda text, one: Message.of("{text} {more}", text=text, more=one), more, first)


def named(kind: str, name: object) -> Name:
    """Return a stored name as one of a kind.

    Examples
    --------
    >>> named("tier", "top")
    'top'
    """
    result = Name(name)
    result.kind = kind
    return result


def cell(value: Any, form: str = "") -> str:
    """Return a value as text.

    Examples
    --------
    >>> cell(0.123456), cell(1234.5, ",.2f"), cell(float("nan")), cell(dt.datetime(2024, 3, 31))
    ('0.1235', '1,234.50', '-', '2024-03-31')
    """
    if is_missing(value):
        return MISSING
    if isinstance(value, dt.datetime) and not form:
        return str(value).removesuffix(" 00:00:00")
    form = FORMS.get(form, form)
    return format(value, ".4g" if isinstance(value, float) and not form else form)


def is_missing(value: object) -> bool:
    """Return whether a value is None, NaN or NaT."""
    return value is None or bool(value != value)
