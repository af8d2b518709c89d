"""The sentences of commands in each language, and how their values are written."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from tiercast.config.lists import InLanguages
from tiercast.config.message import FORMS, Message, MessageFormatter, Name, is_missing
from tiercast.config.packaged import packaged_yaml

if TYPE_CHECKING:
    from tiercast.reporting.messages import MessageCatalogue


@cache
def sentences(language: Literal["en", "zh"]) -> Mapping[str, str]:
    """Return the sentences of a language by their English templates, as in `sentences.yaml`."""
    rows = packaged_yaml("tiercast.reporting", "sentences.yaml")
    return {row["en"]: row[language] for row in rows}


class Spoken(MessageFormatter):
    """Write values as text, the messages and names among them in the words of a catalogue."""

    def __init__(self, say: "MessageCatalogue") -> None:
        self._say, self.between = say, say("between")

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as text; the text of an object may be a message."""
        if isinstance(value, InLanguages):
            return value.in_language(self._say.language)
        if format_spec in FORMS and not is_missing(value):
            return str(getattr(self._say.write, format_spec)(value))
        text = value if isinstance(value, str | tuple | list) else str(value)
        if isinstance(text, Message | Name):
            return format(self._say.translate(text), format_spec)
        return super().format_field(value, format_spec)
