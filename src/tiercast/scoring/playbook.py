"""The next action for each customer: the first row of an ordered table that applies."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from tiercast.arrays import BoolArray
from tiercast.modeling.phrases import Language

LIKELY = 0.5
OFTEN = 0.8


@dataclass(frozen=True)
class Play:
    """One row: its customers (a mask over scored rows) and what to do, in two languages.

    `tier_rank` of a row is 0 for the best tier; `is_last_tier` marks "no order".
    """

    name: str
    applies: Callable[[pd.DataFrame], npt.ArrayLike]
    en: str
    zh: str


PLAYBOOK: tuple[Play, ...] = (
    Play(
        "rescue_best",
        lambda rows: (rows["tier_rank"] == 0) & (rows["churn_probability"] >= LIKELY),
        "call or write personally this week: one of the best is likely to leave",
        "本周专人联系:重要客户可能流失",
    ),
    Play(
        "keep_best",
        lambda rows: rows["tier_rank"] == 0,
        "keep close: early access, thanks, no discounts needed",
        "重点维护:优先体验与答谢,无需折扣",
    ),
    Play(
        "welcome",
        lambda rows: rows["lifecycle_stage"] == "new",
        "welcome series: help toward the second order",
        "新客欢迎:促成第二单",
    ),
    Play(
        "welcome_back",
        lambda rows: rows["lifecycle_stage"] == "reactivated",
        "welcome back: make the next order easy while interest is fresh",
        "欢迎回归:趁热促成下一单",
    ),
    Play(
        "win_back",
        lambda rows: (rows["lifecycle_stage"] == "at_risk") & (rows["churn_probability"] < OFTEN),
        "remind now: overdue by own rhythm but still reachable",
        "立即提醒:已超出惯常间隔,仍可挽回",
    ),
    Play(
        "grow",
        lambda rows: ~rows["is_last_tier"] & (rows["churn_probability"] < LIKELY),
        "grow: suggest the next category or a larger basket",
        "提升价值:推荐新品类或更大的购物篮",
    ),
    Play(
        "win_back_best",
        lambda rows: rows["rfm_segment"] == "cannot_lose_them",
        "win back: a personal offer, once among the best and long silent",
        "重点挽回:曾是优质客户,久未下单,给予专属优惠",
    ),
    Play(
        "low_cost",
        lambda rows: rows["churn_probability"] >= OFTEN,
        "low-cost contact only; no order expected in the horizon",
        "仅低成本触达:预测期内预计不下单",
    ),
    Play(
        "nurture",
        lambda rows: np.ones(len(rows), dtype=bool),
        "regular newsletter; watch for the next order",
        "常规触达,关注下一单",
    ),
)


def actions(scored: pd.DataFrame, language: Language) -> npt.NDArray[np.object_]:
    """Return the action of each row, (n,): the first play that applies."""
    masks: list[BoolArray] = [np.asarray(play.applies(scored), dtype=bool) for play in PLAYBOOK]
    texts = np.array([play.en if language == "en" else play.zh for play in PLAYBOOK], dtype=object)
    return texts[np.argmax(np.column_stack(masks), axis=1)]
