"""A stored reason in another language: the figures of its sentence fill the other template."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from tiercast.modeling.phrases import Language, Phrase, in_plural, phrase_of, slots
from tiercast.modeling.topics import COLON, UNKNOWN


def translated_reason(reason: Mapping[str, Any], language: Language) -> str:
    """Return the sentence of a reason in a language, with the same figures.

    A sentence that no template has made stays as it is.

    Examples
    --------
    >>> translated_reason({"feature": "orders", "value": "7", "text": "累计下单 7 次"}, "en")
    '7 orders in all'
    >>> translated_reason({"feature": "orders", "value": "1", "text": "1 order in all"}, "zh")
    '累计下单 1 次'
    """
    text = str(reason["text"])
    others = (one for one in get_args(Language) if one != language)
    found = (_translated(reason, text, other, language) for other in others)
    return next((one for one in found if one is not None), text)


def _translated(
    reason: Mapping[str, Any], text: str, source: Language, language: Language
) -> str | None:
    """Return a sentence of one language in another; None where it is not of that language."""
    phrase = phrase_of(reason["feature"])
    texts = None if phrase is None else _figures(phrase, text, source)
    if phrase is not None and texts is not None:
        return phrase.text(texts.get, language)
    return _plain(reason, text, source, language)


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
