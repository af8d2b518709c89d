"""The words of what people read: one YAML of texts per language, same keys in each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from string import Formatter
from typing import Literal

from tiercast.config.kind import Churn
from tiercast.config.message import Message, Name
from tiercast.config.packaged import packaged_yaml
from tiercast.config.worth import Counted
from tiercast.formats import Formats
from tiercast.reporting.spoken import Spoken, sentences
from tiercast.segments.naming import vocabulary

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


class NumberedWords(Formatter):
    """Fill a text; `{rows:line|lines}` is the word for one of `rows`, or for any other number."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Return a value as text, or the word that goes with it."""
        one, chosen, many = format_spec.partition("|")
        if not chosen:
            return str(super().format_field(value, format_spec))
        return one if value == "1" else many


TEXTS = NumberedWords()


@dataclass(frozen=True)
class MessageCatalogue:
    """All texts of one language; `always` fills placeholders that many texts share.

    `currency` is the sign of money, None: none. Figures of groups of fewer than `small_cells`
    customers are not written.
    """

    language: Language
    texts: Mapping[str, str]
    always: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    small_cells: int = 0

    def __call__(self, key: str, **values: str) -> str:
        """Return the text of a dotted key with its placeholders filled.

        Values are inserted as they are and never parsed again: a brace in a customer's name
        stays a brace.

        Examples
        --------
        >>> load_messages("en")("tiers.title")
        'Who keeps us alive: value tiers'
        >>> load_messages("en")("excluded.none", rows="1")
        'Nothing was excluded: the 1 order line counts.'
        """
        return TEXTS.vformat(self.texts[key], (), {**self.always, **values})

    def label(self, kind: str, name: str) -> str:
        """Return a stored name in words; unknown names lose their underscores only.

        No label stands for two groups: a tier that is called like a stage, an RFM group or a
        segment is marked as a tier.

        Examples
        --------
        >>> load_messages("en").label("stage", "at_risk"), load_messages("en").label("tier", "a_b")
        ('At risk', 'A b')
        >>> load_messages("en").label("tier", "at_risk")
        'At risk (tier)'
        """
        known = self.texts.get(f"labels.{kind}.{name}")
        spaced = name.replace("_", " ").strip()
        label = known or spaced[:1].upper() + spaced[1:]
        taken = kind == "tier" and (label.casefold() in self._groups or self._is_segment(label))
        return self("labels.own_tier", tier=label) if taken else label

    @cached_property
    def _groups(self) -> frozenset[str]:
        """The labels of lifecycle stages and RFM groups, in small letters."""
        kinds = ("labels.stage.", "labels.rfm_segment.")
        return frozenset(t.casefold() for key, t in self.texts.items() if key.startswith(kinds))

    def _is_segment(self, label: str) -> bool:
        """Return whether a label is made of a segment's words, as `segment_label` makes one."""
        before, after = self.texts["segments.buyers"].split("{words}")
        spoken = label.casefold().rstrip("0123456789 ")
        if not (spoken.startswith(before) and spoken.endswith(after)):
            return False
        words = spoken[len(before) : len(spoken) - len(after)]
        known = {one.in_language(self.language) for one in vocabulary()}
        return set(words.split(self.texts["segments.between"])) <= known

    def has(self, key: str) -> bool:
        """Whether there is a text of this key."""
        return key in self.texts

    def of_group(self, key: str, customers: float) -> str:
        """Return the key of the text for a group: another one where it is small, or nobody.

        Examples
        --------
        >>> say = load_messages("en", small_cells=10)
        >>> [say.of_group("growing.chart", customers) for customers in (40, 3, 0)]
        ['growing.chart', 'growing.chart_few', 'growing.chart_none']
        """
        if not self.write.shows(customers):
            return f"{key}_few"
        return key if customers else f"{key}_none"

    @cached_property
    def write(self) -> Formats:
        """How numbers, money and dates are written."""
        return Formats(self.language, self.currency, self.small_cells)

    def translate(self, text: str) -> str:
        """Return a message or a stored name in this language, a fixed text such as a heading, too.

        What `sentences.yaml` does not hold stays as it is.

        Examples
        --------
        >>> from tiercast.config.message import Message
        >>> load_messages("zh").translate(Message.of("at least {limit}", limit=3))
        '至少 3'
        """
        if isinstance(text, Message):
            return self._spoken.vformat(self.translate(text.template), (), text.values)
        if isinstance(text, Name):
            return self.label(text.kind, text)
        return sentences(self.language).get(text, text)

    @cached_property
    def _spoken(self) -> Spoken:
        return Spoken(self)

    def date(self, day: date) -> str:
        """Return a date as people write it.

        Examples
        --------
        >>> [load_messages(language).date(date(2017, 12, 4)) for language in ("en", "zh")]
        ['4 December 2017', '2017年12月4日']
        """
        return self.write.date(day)


@cache
def _texts(language: Language) -> Mapping[str, str]:
    return dict(flat(packaged_yaml("tiercast.reporting", f"texts_{language}.yaml")))


def load_messages(
    language: Language,
    *,
    horizon_days: int = 90,
    worth: Counted | Literal["label"] = "revenue",
    currency: str | None = None,
    churn: Churn = "orders",
    small_cells: int = 0,
) -> MessageCatalogue:
    """Return the texts of a language, for a horizon, what is counted as value, and what churn is.

    What may leave the machine is given the `small_cells` of the config.

    Examples
    --------
    >>> load_messages("en", churn="subscription")("lists.leavers.empty")
    'nobody has a churn risk of 25% or more.'
    """
    texts = of_churn(_texts(language), churn)
    words = {name: texts[f"{name}.{worth}"] for name in ("worth", "spent")}
    always = {"horizon": str(horizon_days), **words}
    return MessageCatalogue(language, texts, always, currency, small_cells)


def of_churn(texts: Mapping[str, str], churn: Churn) -> dict[str, str]:
    """Return the texts, those that a kind of churn has of its own in place of the general ones.

    Examples
    --------
    >>> of_churn({"a.b": "order", "a.of_subscription.b": "pay"}, "subscription")["a.b"]
    'pay'
    """
    return _with_own(texts, f"of_{churn}.")


def of_horizons(say: MessageCatalogue, count: int) -> MessageCatalogue:
    """Return the texts for so many horizons: of several, columns and headlines name the main one.

    Examples
    --------
    >>> of_horizons(load_messages("en", horizon_days=30), 2)("common.churn")
    'Average churn risk in 30 days'
    """
    return say if count < 2 else replace(say, texts=_with_own(say.texts, "of_several."))


def _with_own(texts: Mapping[str, str], own: str) -> dict[str, str]:
    return {**texts, **{key.replace(own, ""): texts[key] for key in texts if own in key}}


def flat(nested: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted key and the text of each leaf of nested texts."""
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
