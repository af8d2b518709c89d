"""The sentences of reasons: one for each feature, in two languages, read from `phrases.yaml`.

What they say of money goes by what counts as value: `money_words.yaml`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from string import Formatter
from typing import Any, Literal, Self

from tiercast.config.packaged import packaged_yaml
from tiercast.config.worth import Counted
from tiercast.features.registry import CATALOGUE
from tiercast.modeling.sentence_values import PERCENT, column_of

Language = Literal["en", "zh"]
PROFILE = "profile"
OWN_FEATURES = frozenset(feature.name for feature in CATALOGUE)
EVENT_TYPE = "event_type_"  # how the features of single event types begin
PLAN = "contract_plan_"  # how those of single plans begin
NUMBER = "<n>"  # stands for a number in a feature's name
NOUNS = (
    "campaign contact|contact|order day|order|day|event|response|categorie|week|month|"
    "kinds of event|product feature|running contract|contract|time"
)
ONE_OF_MANY = re.compile(rf"(?<![\d.,])1 ({NOUNS})s\b")
SINGULAR = {"categorie": "category", "kinds of event": "kind of event"}
PLURAL = {one: f"{many}s" for many, one in SINGULAR.items()}
ONE = re.compile(rf"(?<![\d.,])1 ({'|'.join(PLURAL)}|{NOUNS})\b")


@dataclass(frozen=True)
class Phrase:
    """A feature's topic and templates; the first template whose figures are known is used.

    `never_stays` says when the sentence never speaks for staying: if its first figure is 0 or
    unknown ("zero"), or if it is unknown ("unknown").
    """

    topic: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    never_stays: Literal["zero", "unknown"] | None

    @property
    def leading(self) -> str:
        """The column of the first figure."""
        return column_of(slots(self.en[0])[0])

    @property
    def in_percent(self) -> bool:
        """Whether the first figure is a share."""
        return slots(self.en[0])[0].endswith(PERCENT)

    def of_event_type(self, name: str) -> Self:
        """Return the phrase with the name of its event type in the templates."""
        return self._named("{event_type}", name)

    def of_plan(self, name: str) -> Self:
        """Return the phrase with the name of its plan in the templates."""
        return self._named("{plan}", name)

    def _named(self, slot: str, name: str) -> Self:
        written = name.replace("{", "{{").replace("}", "}}")
        en, zh = (
            tuple(template.replace(slot, written) for template in templates)
            for templates in (self.en, self.zh)
        )
        return replace(self, en=en, zh=zh)

    def text(self, text_of: Callable[[str], str | None], language: Language) -> str | None:
        """Return the first template whose slots all have a text; None where none does."""
        for template in self.templates(language):
            texts = {slot: text_of(slot) for slot in slots(template)}
            if None not in texts.values():
                text = template.format(**texts)
                return in_singular(text) if "1" in texts.values() else text
        return None

    def templates(self, language: Language) -> tuple[str, ...]:
        """Return the templates of a language, in order."""
        return self.en if language == "en" else self.zh


@cache
def phrase_of(feature: str, value: Counted = "revenue") -> Phrase | None:
    """Return the phrase of a feature of the catalogue; None of a profile's or a plugin's column.

    Its money is what counts as `value`.

    Examples
    --------
    >>> phrase_of("orders_365d").en, phrase_of("household_size")
    (('{orders_365d} orders in the last 365 days',), None)
    >>> phrase_of("revenue").en, phrase_of("revenue", "margin").en
    (('spent {revenue} in all',), ('brought a margin of {revenue} in all',))
    """
    if feature not in OWN_FEATURES and not feature.startswith((EVENT_TYPE, PLAN)):
        return None
    if feature in _rows():
        return _phrase(*_rows()[feature], "", value)
    for name, row in _rows().items():
        found = re.fullmatch(name.replace(NUMBER, r"(\d+)"), feature)
        if found and NUMBER in name:
            return _phrase(*row, found[1], value)
    return None


@cache
def topics() -> tuple[str, ...]:
    """Return the names of the topics; the last one is for columns of profiles and plugins."""
    return (*dict.fromkeys(topic for topic, _ in _rows().values()), PROFILE)


@cache
def topic_of(feature: str) -> int:
    """Return the position of a feature's topic; what has no phrase is a profile column.

    Examples
    --------
    >>> topics()[topic_of("overdue_ratio")], topics()[topic_of("household_size")]
    ('recency', 'profile')
    """
    phrase = phrase_of(feature)
    return topics().index(PROFILE if phrase is None else phrase.topic)


@cache
def slots(template: str) -> tuple[str, ...]:
    """Return the slots of a template, in order."""
    return tuple(slot for _, slot, _, _ in Formatter().parse(template) if slot)


@cache
def _rows() -> Mapping[str, tuple[str, Mapping[str, Any]]]:
    """Return topic and row of each feature's name."""
    by_topic = packaged_yaml("tiercast.modeling", "phrases.yaml")
    return {name: (topic, row) for topic, rows in by_topic.items() for name, row in rows.items()}


@cache
def _money_words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """Return the words by language, name and what counts as value."""
    return dict(packaged_yaml("tiercast.modeling", "money_words.yaml"))


def _phrase(topic: str, row: Mapping[str, Any], number: str, value: Counted) -> Phrase:
    en, zh = (
        tuple(_worded(t, _money_words()[key], value).replace(NUMBER, number) for t in row[key])
        for key in ("en", "zh")
    )
    never: Literal["zero", "unknown"] | None = None
    if "zero" in row or "unknown" in row:
        never = "zero" if "zero" in row else "unknown"
    return Phrase(topic, en, zh, never)


def _worded(template: str, words: Mapping[str, Mapping[str, str]], value: Counted) -> str:
    """Return a template with its words of money."""
    for name, of_value in words.items():
        template = template.replace(f"<{name}>", of_value[value])
    return template


def in_singular(text: str) -> str:
    """Return a sentence with "1 day" where its template says "1 days".

    Examples
    --------
    >>> in_singular("buys from 1 categories"), in_singular("1 orders in the last 90 days")
    ('buys from 1 category', '1 order in the last 90 days')
    """
    return ONE_OF_MANY.sub(lambda found: f"1 {SINGULAR.get(found[1], found[1])}", text)


def in_plural(text: str) -> str:
    """Return an English sentence with "1 days" for "1 day", as its template says it.

    Examples
    --------
    >>> in_plural("buys from 1 category"), in_plural("1 order in the last 90 days")
    ('buys from 1 categories', '1 orders in the last 90 days')
    """
    return ONE.sub(lambda found: f"1 {PLURAL.get(found[1], f'{found[1]}s')}", text)
