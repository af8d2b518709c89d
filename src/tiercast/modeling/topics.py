"""The topics of reasons: groups of features, each with a sentence in two languages.

Features of a topic carry the same information (recency, overdue ratios, gaps, and BTYD figures of
them), so trees split its effect among them arbitrarily. A topic's effect is the sum of its
features' Shapley values.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import isnan
from string import Formatter
from typing import Literal, Protocol

import pandas as pd

from tiercast.features.registry import CATALOGUE
from tiercast.modeling.sentence_values import column_of, figure

Language = Literal["en", "zh"]
PROFILE = "profile"
OWN_FEATURES = frozenset(feature.name for feature in CATALOGUE)
ONE_OF_MANY = re.compile(r"(?<![\d.,])1 ((?:campaign )?(?:order|day|event|contact|response))s\b")
EVENT_TYPE = "event_type_"  # how the features of single event types begin
LARGE = 1e6  # from here on `:g` would write 1e+06
UNKNOWN: dict[Language, str] = {"en": "unknown", "zh": "未知"}


@dataclass(frozen=True)
class Topic:
    """One topic: the features whose names begin so, and templates filled from a customer's row.

    Templates are tried in order; the first whose figures the row has is used. For
    slots see `figures`.
    """

    name: str
    prefixes: tuple[str, ...]
    en: tuple[str, ...]
    zh: tuple[str, ...]


TOPICS: tuple[Topic, ...] = (
    Topic(
        "season",
        ("orders_same_window", "revenue_same_window"),
        ("{orders_same_window_last_year} orders in the same weeks last year",),
        ("去年同期下单 {orders_same_window_last_year} 次",),
    ),
    Topic(
        "recency",
        ("recency_", "overdue_", "gap_", "btyd_", "clv_", "season_"),
        (
            "last order {recency_days} days ago; usual gap {gap_mean_days} days",
            "only order day was {recency_days} days ago",
        ),
        (
            "上次下单在 {recency_days} 天前;通常间隔 {gap_mean_days} 天",
            "仅有一个下单日,在 {recency_days} 天前",
        ),
    ),
    Topic(
        "spend",
        (
            "revenue",
            "max_order_value",
            "last_order_value",
            "average_order_value",
            "last_to_",
            "order_value",
        ),
        ("spent {revenue_90d} in the last 90 days; average order {average_order_value}",),
        ("近 90 天消费 {revenue_90d};平均每单 {average_order_value}",),
    ),
    Topic(
        "frequency",
        ("orders", "active_"),
        ("{orders_90d} orders in the last 90 days, {orders} in all",),
        ("近 90 天下单 {orders_90d} 次,累计 {orders} 次",),
    ),
    Topic(
        "tenure",
        ("tenure_",),
        ("customer for {tenure_days} days",),
        ("成为客户已 {tenure_days} 天",),
    ),
    Topic(
        "timing",
        ("weekend_", "morning_", "afternoon_", "evening_"),
        ("{weekend_share_pct} of orders on weekends",),
        ("{weekend_share_pct} 的订单在周末",),
    ),
    Topic(
        "basket",
        ("average_basket",),
        ("{average_basket_lines_1} lines an order",),
        ("平均每单 {average_basket_lines_1} 行商品",),
    ),
    Topic(
        "breadth",
        ("category_",),
        ("buys from {category_count} categories, {category_top_share_pct} in the largest",),
        ("购买 {category_count} 个品类,最大品类占 {category_top_share_pct}",),
    ),
    Topic(
        "discounts",
        ("discount_",),
        ("{discount_share_pct} of the full price came off as discounts",),
        ("折扣占原价的 {discount_share_pct}",),
    ),
    Topic(
        "returns",
        ("return_", "kept_"),
        ("returned {return_share_pct} of what was bought",),
        ("退货占购买额的 {return_share_pct}",),
    ),
    Topic(
        "campaigns",
        ("contact", "response"),
        ("{contacts} campaign contacts, {responses} responses", "{contacts} campaign contacts"),
        ("营销触达 {contacts} 次,响应 {responses} 次", "营销触达 {contacts} 次"),
    ),
    Topic(
        "events",
        ("event",),
        ("{events_90d} events in the last 90 days",),
        ("近 90 天有 {events_90d} 次互动",),
    ),
    Topic(PROFILE, (), (), ()),
)


def topic_of(feature: str) -> int:
    """Return the position of a feature's topic; what is no feature is a profile column.

    Examples
    --------
    >>> TOPICS[topic_of("overdue_ratio")].name, TOPICS[topic_of("household_size")].name
    ('recency', 'profile')
    """
    own = feature in OWN_FEATURES or feature.startswith(EVENT_TYPE)
    fitting = (n for n, topic in enumerate(TOPICS) if own and feature.startswith(topic.prefixes))
    return next(fitting, len(TOPICS) - 1)


class Row(Protocol):
    """A customer's figures by name, such as a dictionary."""

    def get(self, name: str, /) -> object:
        """Return a figure; None where it is not known."""


def sentence(topic: Topic, row: Row, feature: str, language: Language) -> str:
    """Return the topic's sentence with the customer's own figures.

    Examples
    --------
    >>> recency = TOPICS[topic_of("recency_days")]
    >>> sentence(recency, {"recency_days": 74.2, "gap_mean_days": 12.0}, "recency_days", "en")
    'last order 74 days ago; usual gap 12 days'
    >>> sentence(recency, {"recency_days": 74.2, "gap_mean_days": None}, "recency_days", "en")
    'only order day was 74 days ago'
    >>> sentence(TOPICS[topic_of("tenure_days")], {"tenure_days": 1.0}, "tenure_days", "en")
    'customer for 1 day'
    """
    text = filled(topic, lambda slot: figure(slot, row.get(column_of(slot))), language)
    return plain(feature, row.get(feature), language) if text is None else text


def filled(topic: Topic, text_of: Callable[[str], str | None], language: Language) -> str | None:
    """Return the first template whose slots all have a text; None where none does."""
    for template in topic.en if language == "en" else topic.zh:
        texts = {slot: text_of(slot) for slot in _slots(template)}
        if None not in texts.values():
            text = template.format(**texts)
            return ONE_OF_MANY.sub(r"1 \1", text) if "1" in texts.values() else text
    return None


def plain(feature: str, value: object, language: Language) -> str:
    """Return a feature and its value, where its topic has no sentence for the customer.

    Examples
    --------
    >>> plain("household_size", 3.0, "en")
    'household size: 3'
    """
    return f"{feature.replace('_', ' ')}: {shown(value, language)}"


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


@cache
def _slots(template: str) -> list[str]:
    return [slot for _, slot, _, _ in Formatter().parse(template) if slot]


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and isnan(value))
