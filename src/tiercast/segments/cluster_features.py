"""The features of discovered segments: how they are scaled, and the words for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Transform = Literal["identity", "log1p", "share"]
Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Words:
    """One expression in both languages."""

    en: str
    zh: str

    def in_language(self, language: Language) -> str:
        """Return the expression in one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Floor:
    """A value with a word of its own, used if most of a segment has exactly this value."""

    value: float
    words: Words


@dataclass(frozen=True)
class ClusterFeature:
    """One feature of the segments.

    `transform`: log1p for counts, days and money, share for numbers within 0..1. `weight` scales
    its differences relative to the other features. `high` and `low` describe customers who are far
    above or below the base.
    """

    name: str
    transform: Transform
    weight: float
    high: Words
    low: Words
    floor: Floor | None = None


# Recency, frequency and order value have double weight: campaigns depend on them.
CLUSTER_FEATURES: tuple[ClusterFeature, ...] = (
    ClusterFeature(
        "recency_days", "log1p", 1.0, Words("lapsed", "久未下单"), Words("recent", "近期下单")
    ),
    ClusterFeature(
        "tenure_days", "log1p", 0.5, Words("long-standing", "老资历"), Words("newer", "较新")
    ),
    ClusterFeature(
        "orders",
        "log1p",
        1.0,
        Words("frequent", "高频"),
        Words("occasional", "低频"),
        Floor(1.0, Words("one-time", "仅购一次")),
    ),
    ClusterFeature(
        "average_order_value",
        "log1p",
        1.0,
        Words("big-basket", "大额"),
        Words("small-basket", "小额"),
    ),
    ClusterFeature(
        "average_basket_lines",
        "log1p",
        0.5,
        Words("many-item", "每单多件"),
        Words("few-item", "每单少件"),
    ),
    ClusterFeature(
        "category_entropy",
        "identity",
        0.5,
        Words("wide-ranging", "品类广"),
        Words("narrow-range", "品类窄"),
    ),
    ClusterFeature(
        "discount_share",
        "share",
        0.5,
        Words("bargain-seeking", "偏爱折扣"),
        Words("full-price", "少用折扣"),
    ),
    ClusterFeature(
        "return_share", "share", 0.5, Words("return-prone", "退货多"), Words("keeping", "少退货")
    ),
)

# Where contracts are: payments come each month, so their dates and counts show age alone.
CONTRACT_FEATURES: tuple[ClusterFeature, ...] = (
    ClusterFeature(
        "contract_age_days",
        "log1p",
        1.0,
        Words("established", "老合约"),
        Words("newly-signed", "新签约"),
    ),
    ClusterFeature(
        "contract_term_months",
        "log1p",
        0.5,
        Words("long-term", "长期约"),
        Words("short-term", "短期约"),
        Floor(1.0, Words("monthly", "按月约")),
    ),
    ClusterFeature(
        "contract_price",
        "log1p",
        1.0,
        Words("high-price", "高价方案"),
        Words("low-price", "低价方案"),
        Floor(0.0, Words("free-plan", "免费方案")),
    ),
    ClusterFeature(
        "contracts_running",
        "log1p",
        0.5,
        Words("many-contract", "多份合约"),
        Words("few-contract", "少份合约"),
        Floor(1.0, Words("one-contract", "单份合约")),
    ),
    ClusterFeature(
        "event_active_days_90d",
        "log1p",
        1.0,
        Words("heavy-use", "重度使用"),
        Words("light-use", "轻度使用"),
        Floor(0.0, Words("idle", "未使用")),
    ),
)
EVERY_FEATURE = (*CLUSTER_FEATURES, *CONTRACT_FEATURES)
BUYERS, SUBSCRIBERS = Words("buyers", "客户"), Words("subscribers", "客户")


def noun(features: Sequence[ClusterFeature]) -> Words:
    """Return what the customers are called whom features describe."""
    return SUBSCRIBERS if set(features) & set(CONTRACT_FEATURES) else BUYERS
