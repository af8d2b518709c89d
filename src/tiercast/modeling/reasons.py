"""Why a customer's churn risk is what it is: exact Shapley values, told in words.

The log odds of no order are a weighted sum of the trees', the linear model's and the BTYD models'
(then a shift): effects are on that scale, above 0 where they raise the risk. The trees' values
are exact path-dependent ones (Lundberg et al. 2020), computed by WOODELF (Nadel & Wettenstein
2025) in linear time over many rows; a linear model's are its terms against the mean customer's,
the interventional Shapley values of a linear model (Lundberg & Lee 2017, corollary 1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from woodelf import WoodelfExplainer

from tiercast.modeling.blend import Blend
from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.heads import BTYD_FEATURE, Heads, Learners
from tiercast.modeling.topics import (
    TOPICS,
    Language,
    Topic,
    figure_columns,
    sentence,
    shown,
    topic_of,
)

FloatArray = npt.NDArray[np.float64]

TOP = 3
DIGITS = 4  # of an effect: WOODELF's eighth depends on the rows beside a row
REASON = pa.struct(
    [
        ("feature", pa.string()),
        ("value", pa.string()),
        ("effect", pa.float64()),
        ("text", pa.string()),
    ]
)


@dataclass(frozen=True)
class Effects:
    """Effects on the log odds of no order: (n, n_features), and the features' names."""

    names: tuple[str, ...]
    values: FloatArray

    def by_topic(self) -> FloatArray:
        """Answer the sums over each topic's features, (n, n_topics)."""
        topics = np.array([topic_of(name) for name in self.names])
        chosen = (topics[:, np.newaxis] == np.arange(len(TOPICS))).astype(float)
        return self.values @ chosen


def effects(heads: Heads, blend: Blend, frame: pd.DataFrame, partner_base: float) -> Effects:
    """Answer what each feature adds to the log odds of no order, beside the base's average.

    `partner_base` is the BTYD models' mean log odds in training, from which their effect counts.
    """
    partner = to_log_odds(frame[BTYD_FEATURE].to_numpy(dtype=float)) - partner_base
    weight = 1.0 if heads.learners is None else blend.weights[-1]
    partner_effect = -weight * partner[:, np.newaxis]
    if heads.learners is None:
        return Effects((BTYD_FEATURE,), partner_effect)
    learnt = -_learnt_effects(heads.learners, blend, heads.design.transform(frame))
    features, summed = _sum_levels(heads.design.features, learnt)
    return Effects((*features, BTYD_FEATURE), np.hstack([summed, partner_effect]))


def _learnt_effects(learners: Learners, blend: Blend, matrix: FloatArray) -> FloatArray:
    """Answer what each column adds to the log odds of an order by trees and linear model."""
    booster = learners.order.booster
    named = pd.DataFrame(matrix, columns=booster.feature_name())
    trees = WoodelfExplainer(booster).shap_values(named, verbose=False).astype(np.float64)
    linear = learners.linear_order.contributions(matrix)
    return blend.weights[0] * trees + blend.weights[1] * linear


def reasons(found: Effects, frame: pd.DataFrame, language: Language) -> pa.Array:
    """Answer the three strongest topics of each row, a list of `REASON`.

    `feature` is the topic's strongest feature, `effect` the topic's whole effect.
    """
    topics = np.round(found.by_topic(), DIGITS)
    order = np.argsort(-np.abs(topics), axis=1, kind="stable")[:, :TOP]
    strongest = _strongest(found)
    rows = _figures(frame, found.names)
    told = [
        [
            _reason(TOPICS[t], found.names[strongest[i, t]], topics[i, t], row, language)
            for t in order[i]
            if topics[i, t] != 0
        ]
        for i, row in enumerate(rows)
    ]
    return pa.array(told, pa.list_(REASON))


def _reason(
    topic: Topic, feature: str, effect: float, row: Mapping[str, object], language: Language
) -> dict[str, object]:
    return {
        "feature": feature,
        "value": shown(row.get(feature), language),
        "effect": float(effect),
        "text": sentence(topic, row, feature, language),
    }


def _strongest(found: Effects) -> npt.NDArray[np.int_]:
    """Answer the position of each topic's strongest feature by row, (n, n_topics)."""
    topics = np.array([topic_of(name) for name in found.names])
    strongest = np.zeros((len(found.values), len(TOPICS)), dtype=int)
    for topic in np.unique(topics):
        members = np.flatnonzero(topics == topic)
        size = np.abs(np.round(found.values[:, members], DIGITS))
        strongest[:, topic] = members[size.argmax(axis=1)]
    return strongest


def _sum_levels(features: Sequence[str], values: FloatArray) -> tuple[tuple[str, ...], FloatArray]:
    """Answer one column per feature: the 0/1 columns of a category are summed."""
    names = tuple(dict.fromkeys(features))
    place = np.array([names.index(feature) for feature in features])
    summed = np.zeros((len(values), len(names)))
    for column, target in enumerate(place):
        summed[:, target] += values[:, column]
    return names, summed


def _figures(frame: pd.DataFrame, names: Sequence[str]) -> list[dict[str, object]]:
    used = [c for c in dict.fromkeys((*names, *figure_columns())) if c in frame.columns]
    return [
        {str(name): value for name, value in row.items()} for row in frame[used].to_dict("records")
    ]
