"""Reasons for a customer's churn risk: exact Shapley values as sentences.

The log odds of no order are a weighted sum of the trees', the linear model's and the BTYD models'
(then a shift): effects are on that scale, above 0 where they raise the risk. The trees' values
are exact path-dependent ones (Lundberg et al. 2020), computed by WOODELF (Nadel & Wettenstein
2025) in linear time over many rows; a linear model's are its terms against the mean customer's,
the interventional Shapley values of a linear model (Lundberg & Lee 2017, corollary 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.arrays import FloatArray, IntArray
from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.component_models import BTYD_FEATURE, BaseLearners, ComponentModels
from tiercast.modeling.ensemble import BTYD, Ensemble
from tiercast.modeling.sentence_values import Figures
from tiercast.modeling.topics import (
    TOPICS,
    Language,
    filled,
    plain,
    shown,
    topic_of,
)

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
        """Return the sums over each topic's features, (n, n_topics)."""
        topics = np.array([topic_of(name) for name in self.names])
        chosen = (topics[:, np.newaxis] == np.arange(len(TOPICS))).astype(float)
        return self.values @ chosen


def effects(
    components: ComponentModels, ensemble: Ensemble, frame: pd.DataFrame, partner_base: float
) -> Effects:
    """Return what each feature adds to the log odds of no order, against the base's mean.

    `partner_base` is the BTYD models' mean log odds in training, from which their effect counts.
    """
    if ensemble.certain is not None:  # the same for everybody, whatever their features
        return Effects((BTYD_FEATURE,), np.zeros((len(frame), 1)))
    partner = to_log_odds(frame[BTYD_FEATURE].to_numpy(dtype=float)) - partner_base
    weight = 1.0 if components.learners is None else ensemble.weights[BTYD]
    partner_effect = -weight * partner[:, np.newaxis]
    if components.learners is None:
        return Effects((BTYD_FEATURE,), partner_effect)
    by_column = -_model_effects(components.learners, ensemble, components.design.transform(frame))
    features, summed = sum_by_feature(components.design.features, by_column)
    return Effects((*features, BTYD_FEATURE), np.hstack([summed, partner_effect]))


def _model_effects(learners: BaseLearners, ensemble: Ensemble, matrix: FloatArray) -> FloatArray:
    """Return what each column adds to the log odds of an order by trees and linear model."""
    trees = learners.order.shapley.values(matrix)
    linear = learners.linear_order.contributions(matrix)
    return ensemble.weights[0] * trees + ensemble.weights[1] * linear


def reasons(found: Effects, frame: pd.DataFrame, language: Language) -> pa.Array:
    """Return the three strongest topics of each row, a list of `REASON`.

    `feature` is the topic's strongest feature, `effect` the topic's whole effect.
    """
    topics = np.round(found.by_topic(), DIGITS)
    order = np.argsort(-np.abs(topics), axis=1, kind="stable")[:, :TOP]
    effect = np.take_along_axis(topics, order, axis=1)
    shown_topics = effect != 0
    row, _ = np.nonzero(shown_topics)
    feature = np.take_along_axis(_strongest(found), order, axis=1)[shown_topics]
    texts = _texts(frame, found.names, row, order[shown_topics], feature, language)
    structs = pa.StructArray.from_arrays(
        [*texts[:2], pa.array(effect[shown_topics]), texts[2]], fields=list(REASON)
    )
    offsets = np.concatenate([[0], shown_topics.sum(axis=1).cumsum()])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _texts(
    frame: pd.DataFrame,
    names: Sequence[str],
    row: IntArray,
    topic: IntArray,
    feature: IntArray,
    language: Language,
) -> list[pa.Array]:
    """Return feature, value and text of each reason, given its row, topic and feature."""
    figures = Figures(frame)
    rows = []
    for i, t, f in zip(row.tolist(), topic.tolist(), feature.tolist(), strict=True):
        name, value = names[f], figures.value(names[f], i)
        text = filled(TOPICS[t], partial(figures.text, row=i), language)
        rows.append((name, shown(value, language), text or plain(name, value, language)))
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return [pa.array(column, pa.string()) for column in columns]


def _strongest(found: Effects) -> IntArray:
    """Return the position of each topic's strongest feature by row, (n, n_topics)."""
    topics = np.array([topic_of(name) for name in found.names])
    strongest = np.zeros((len(found.values), len(TOPICS)), dtype=int)
    for topic in np.unique(topics):
        members = np.flatnonzero(topics == topic)
        size = np.abs(np.round(found.values[:, members], DIGITS))
        strongest[:, topic] = members[size.argmax(axis=1)]
    return strongest


def sum_by_feature(
    features: Sequence[str], values: FloatArray
) -> tuple[tuple[str, ...], FloatArray]:
    """Return one column per feature: the columns that share one are summed."""
    names = tuple(dict.fromkeys(features))
    place = np.array([names.index(feature) for feature in features])
    summed = np.zeros((len(values), len(names)))
    for column, target in enumerate(place):
        summed[:, target] += values[:, column]
    return names, summed
