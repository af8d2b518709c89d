"""The sentence of one feature with a customer's own figures.

Features of a topic carry the same information (recency, overdue ratios, gaps, and BTYD figures of
them), so trees split its effect among them arbitrarily. A topic's effect is the sum of its
features' Shapley values; its sentence is that of the feature that carries most of it.
"""

from math import isnan
from typing import Protocol

import pandas as pd

from tiercast.modeling.phrases import Language, phrase_of
from tiercast.modeling.sentence_values import column_of, figure

LARGE = 1e6  # from here on `:g` would write 1e+06
UNKNOWN: dict[Language, str] = {"en": "unknown", "zh": "未知"}
COLON: dict[Language, str] = {"en": ": ", "zh": "："}


class Row(Protocol):
    """A customer's figures by name, such as a dictionary."""

    def get(self, name: str, /) -> object:
        """Return a figure; None where it is not known."""


def sentence(feature: str, row: Row, language: Language) -> str:
    """Return the feature's sentence with the customer's own figures.

    Examples
    --------
    >>> sentence("recency_days", {"recency_days": 74.2, "gap_mean_days": 12.0}, "en")
    'last order 74 days ago; usual gap 12 days'
    >>> sentence("recency_days", {"recency_days": 74.2, "gap_mean_days": None}, "en")
    'only order day was 74 days ago'
    >>> sentence("btyd_age_days", {"tenure_days": 1.0}, "en")
    'customer for 1 day'
    """
    phrase = phrase_of(feature)
    text = phrase and phrase.text(lambda slot: figure(slot, row.get(column_of(slot))), language)
    return text or plain(feature, row.get(feature), language)


def plain(feature: str, value: object, language: Language) -> str:
    """Return a profile's column and its value.

    Examples
    --------
    >>> plain("household_size", 3.0, "en"), plain("household_size", None, "en")
    ('household size: 3', 'household size: unknown')
    """
    return label(feature, language) + shown(value, language)


def label(feature: str, language: Language) -> str:
    """Return how the text of a profile's column begins.

    Examples
    --------
    >>> label("household_size", "en")
    'household size: '
    """
    return feature.replace("_", " ") + COLON[language]


def shown(value: object, language: Language) -> str:
    """Return any figure of a customer as text.

    Examples
    --------
    >>> shown(3.0, "en"), shown(1234567.8, "en"), shown(float("nan"), "en"), shown("north", "en")
    ('3', '1234568', 'unknown', 'north')
    """
    if _missing(value):
        return UNKNOWN[language]
    if not isinstance(value, float):
        return str(value)
    return f"{value:g}" if abs(value) < LARGE else f"{value:.0f}"


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and isnan(value))
