"""A stored reason as a reader sees it: in the own language, and money with its sign.

The figures of its sentence fill the template of the other language.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from tiercast.config.worth import Counted
from tiercast.features.registry import CATALOGUE
from tiercast.formats import Formats
from tiercast.modeling.phrases import Language, Phrase, in_plural, phrase_of, slots
from tiercast.modeling.reason_texts import COLON, UNKNOWN
from tiercast.modeling.sentence_values import column_of

MONEY = frozenset(feature.name for feature in CATALOGUE if feature.unit == "money")


def translated_reason(
    reason: Mapping[str, Any], language: Language, currency: str | None = None
) -> str:
    """Return the sentence of a reason in a language, with the same figures.

    Money has the sign of `currency`, a code of ISO 4217. A sentence that no template has made
    stays as it is.

    Examples
    --------
    >>> translated_reason({"feature": "orders", "value": "7", "text": "累计下单 7 次"}, "en")
    '7 orders in all'
    >>> translated_reason({"feature": "orders", "value": "1", "text": "1 order in all"}, "zh")
    '累计下单 1 次'
    >>> reason = {"feature": "revenue_90d", "text": "spent 39 in the last 90 days"}
    >>> translated_reason(reason, "en", "EUR")
    'spent €39 in the last 90 days'
    >>> reason = {"feature": "revenue_90d", "text": "contributed -39 in the last 90 days"}
    >>> translated_reason(reason, "zh", "EUR")
    '近 90 天贡献 -€39'
    """
    text, write = str(reason["text"]), Formats(language, currency)
    found = (_translated(reason, text, source, write) for source in get_args(Language))
    return next((one for one in found if one is not None), text)


def _translated(
    reason: Mapping[str, Any], text: str, source: Language, write: Formats
) -> str | None:
    """Return a sentence of one language as `write` says; None where it is not of that language."""
    phrases = (phrase_of(reason["feature"], value) for value in get_args(Counted))
    for phrase in filter(None, phrases):
        if (texts := _figures(phrase, text, source)) is not None:
            signed = {slot: _signed(slot, figure, write) for slot, figure in texts.items()}
            return phrase.text(signed.get, write.language)
    return _plain(reason, text, source, write.language)


def _signed(slot: str, figure: str, write: Formats) -> str:
    """Return a figure; whole money with the sign of its currency."""
    if write.currency is None or column_of(slot) not in MONEY:
        return figure
    return write.whole(float(figure.replace(",", "")))


def _figures(phrase: Phrase, text: str, source: Language) -> Mapping[str, str] | None:
    """Return the text of each slot of the template that has made a sentence."""
    templates = phrase.en if source == "en" else phrase.zh
    whole = in_plural(text) if source == "en" else text
    for template in templates:
        if found := _pattern(template).fullmatch(whole):
            return dict(zip(slots(template), found.groups(), strict=True))
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return what a template's sentences match, with a group for each slot."""
    parts = re.split(r"\{\w+\}", template)
    return re.compile("(.+?)".join(map(re.escape, parts)))


def _plain(
    reason: Mapping[str, Any], text: str, source: Language, language: Language
) -> str | None:
    """Return a column and its value in another language, if the sentence is made of them."""
    name, value = reason["feature"].replace("_", " "), str(reason["value"])
    if text != f"{name}{COLON[source]}{value}":
        return None
    return f"{name}{COLON[language]}{UNKNOWN[language] if value == UNKNOWN[source] else value}"
