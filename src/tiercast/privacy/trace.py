"""How a customer's id is written in files, and how it differs from other words and numbers.

An id of letters is found wherever it stands as a word of its own. A whole number is an id where a
column, a key or a word says so; elsewhere it is a count or a sum.
"""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from tiercast.sources.erased import ID_COLUMNS

MARK = "[erased]"
NUMBER = re.compile(r"-?\d+")
# What stands before a number that is an id, in texts and in JSON.
SAYS_ID = r"(?:customer_id|referred_customer_id)[\s:='\"\\]*|\b[Cc]ustomer[\s'\"]+|客户[\s'\"]*"


@dataclass(frozen=True)
class Trace:
    """A customer's id, the source's own names of id columns, and words that stand for the id.

    `words` are pseudonyms and keys of alerts: nothing else is written so.
    """

    customer_id: str
    own_names: Sequence[str] = ()
    words: Sequence[str] = ()

    @cached_property
    def columns(self) -> frozenset[str]:
        """The names of columns that hold ids."""
        return frozenset((*ID_COLUMNS, *self.own_names))

    @property
    def is_number(self) -> bool:
        """Whether the id is a whole number."""
        return NUMBER.fullmatch(self.customer_id) is not None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds the id in a text; the first group is what stands before a number."""
        return re.compile(
            rf"(?:({self._before})(?:{self._spelled}){self._words})(?!\w)",
            re.ASCII | (re.IGNORECASE if "@" in self.customer_id else 0),
        )

    @cached_property
    def plain(self) -> str:
        """The same for engines that cannot look around (RE2)."""
        before = self._before if self.is_number else r"(?:^|\W)"
        words = "".join(rf"|(?:^|\W){one}" for one in map(re.escape, self.words))
        case = "(?i)" if "@" in self.customer_id else ""
        return rf"{case}(?:(?:{before})(?:{self._spelled}){words})(?:$|\W)"

    def is_in(self, text: str) -> bool:
        """Return whether the id stands in a text.

        Examples
        --------
        >>> Trace("c7").is_in("Customer c7 left."), Trace("c7").is_in("c70, c71")
        (True, False)
        >>> Trace("7").is_in('"customer_id": 7'), Trace("7").is_in('"customers": 7')
        (True, False)
        """
        return self.pattern.search(text) is not None

    def is_value(self, value: object) -> bool:
        """Return whether the value of an id column is the id."""
        text = str(value).strip()
        return text == self.customer_id or (
            "@" in text and text.casefold() == self.customer_id.casefold()
        )

    def masked(self, text: str) -> str:
        """Return a text with a mark in place of the id.

        Examples
        --------
        >>> Trace("c7").masked("Customer 'c7' left; c71 stayed.")
        "Customer '[erased]' left; c71 stayed."
        """
        return self.pattern.sub(lambda found: f"{found[1] or ''}{MARK}", text)

    @property
    def _before(self) -> str:
        own = "".join(rf"|\b{re.escape(name)}['\"]?\s*[:=][\s'\"]*" for name in self.own_names)
        return SAYS_ID + own if self.is_number else r"(?<!\w)"

    @property
    def _spelled(self) -> str:
        one = self.customer_id
        ways = (one, json.dumps(one)[1:-1], html.escape(one), quote(one))
        return "|".join(map(re.escape, dict.fromkeys(ways)))

    @property
    def _words(self) -> str:
        return "".join(rf"|(?<!\w){re.escape(word)}" for word in self.words)
