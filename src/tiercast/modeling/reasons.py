"""Reasons for a customer's churn risk: exact Shapley values as sentences.

The log odds of no order are a weighted sum of the trees', the linear model's and the BTYD models'
(then a shift): effects are on that scale, above 0 where they raise the risk. The trees' values
are exact path-dependent ones (Lundberg et al. 2020); a linear model's are its terms against the
mean customer's, the interventional Shapley values of a linear model (Lundberg & Lee 2017,
corollary 1).

Features of a topic carry the same information (recency, overdue ratios, gaps, and BTYD figures of
them), so trees split its effect among them arbitrarily. A topic's effect is the sum of its
features' Shapley values; its sentence is that of the feature that carries most of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.config.worth import Counted
from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.component_models import BTYD_FEATURE, ComponentModels, partner
from tiercast.modeling.ensemble import BTYD, Ensemble
from tiercast.modeling.linear import LinearModel
from tiercast.modeling.phrases import (
    EVENT_TYPE,
    PLAN,
    Language,
    Phrase,
    phrase_of,
    topic_of,
    topics,
)
from tiercast.modeling.predicted import REASON
from tiercast.modeling.reason_texts import reason_texts
from tiercast.modeling.trees import FittedTrees

TOP = 3
FIRST = 2  # of them speak for the customer's own direction, where two do
LIKELY = 0.5  # from this churn risk on, what speaks for leaving comes first
HALF, HALF_PERCENT = 0.5, 0.005  # figures below are shown as 0
DIGITS = 4  # of an effect


@dataclass(frozen=True)
class Effects:
    """Effects on the log odds of no order: (n, n_features), and the features' names.

    Features of one topic are shown together; those `apart` (of a label table) each by itself.
    """

    names: tuple[str, ...]
    values: FloatArray
    apart: bool = False

    @property
    def topic(self) -> IntArray:
        """The position of each feature's topic, (n_features,)."""
        if self.apart:
            return np.arange(len(self.names))
        return np.array([topic_of(name) for name in self.names])

    def by_topic(self) -> FloatArray:
        """Return the sums over each topic's features, (n, n_topics)."""
        count = len(self.names) if self.apart else len(topics())
        chosen = (self.topic[:, np.newaxis] == np.arange(count)).astype(float)
        return self.values @ chosen


@dataclass(frozen=True)
class OwnNames:
    """A base's event types and plans, which numbers in features' names count from 1, and value."""

    event_types: Sequence[str] = ()
    plans: Sequence[str] = ()
    value: Counted = "revenue"


NAMELESS = OwnNames()


def effects(
    components: ComponentModels, ensemble: Ensemble, frame: pd.DataFrame, partner_base: float
) -> Effects:
    """Return what each feature adds to the log odds of no order, against the base's mean.

    `partner_base` is the BTYD models' mean log odds in training, from which their effect counts.
    """
    if ensemble.certain is not None:  # the same for everybody, whatever their features
        return Effects((BTYD_FEATURE,), np.zeros((len(frame), 1)))
    name, _ = partner(frame)
    own = to_log_odds(frame[name].to_numpy(dtype=float)) - partner_base
    weight = 1.0 if components.learners is None else ensemble.weights[BTYD]
    partner_effect = -weight * own[:, np.newaxis]
    if components.learners is None:
        return Effects((name,), partner_effect)
    matrix = components.design.transform(frame)
    by_column = -model_effects(components.learners, ensemble.weights, matrix)
    features, summed = sum_by_feature(components.design.features, by_column)
    return Effects((*features, name), np.hstack([summed, partner_effect]))


class OrderLearners(Protocol):
    """Trees and a linear model of the log odds of an order (of staying, in a label table)."""

    @property
    def order(self) -> FittedTrees:
        """The trees."""

    @property
    def linear_order(self) -> LinearModel:
        """The linear model."""


def model_effects(
    learners: OrderLearners, weights: Sequence[float], matrix: FloatArray
) -> FloatArray:
    """Return what each column adds to the log odds of an order by trees and linear model."""
    trees = learners.order.shapley.values(matrix)
    linear = learners.linear_order.contributions(matrix)
    return weights[0] * trees + weights[1] * linear


def reasons(
    found: Effects,
    frame: pd.DataFrame,
    churn: FloatArray,
    language: Language,
    names: OwnNames = NAMELESS,
    *,
    most: int | None = TOP,
) -> pa.Array:
    """Return at most so many topics of each row (None: all), a list of `REASON`.

    `effect` is the topic's whole effect; `feature` the one of its features that carries most of
    it, and `text` quotes that feature's figures. The order is that of `_order`.
    """
    by_topic = np.round(found.by_topic(), DIGITS)
    feature, is_shown = _carriers(found, frame, by_topic)
    size = np.where(is_shown, np.abs(by_topic), 0.0)
    leaving = (churn >= LIKELY) | (by_topic.sum(axis=1) > 0)
    order = _order(size, (by_topic > 0) == leaving[:, np.newaxis])[:, :most]
    shown_topics = np.take_along_axis(size, order, axis=1) > 0
    effect = np.take_along_axis(by_topic, order, axis=1)[shown_topics]
    row, _ = np.nonzero(shown_topics)
    chosen = np.take_along_axis(feature, order, axis=1)[shown_topics]
    phrases = [None if found.apart else _phrase(name, names) for name in found.names]
    texts = reason_texts(frame, found.names, phrases, row, chosen, language)
    structs = pa.StructArray.from_arrays(
        [*texts[:2], pa.array(effect), texts[2]], fields=list(REASON)
    )
    offsets = np.concatenate([[0], shown_topics.sum(axis=1).cumsum()])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _order(size: FloatArray, forward: BoolArray) -> IntArray:
    """Return the positions of each row's topics in order, (n, n_topics).

    The two strongest that speak for the row's own direction come first (`forward`: for leaving,
    where a customer is likely to leave or likelier than the base's mean; else for staying). The
    others follow by their strength, whatever they speak for.
    """
    strength = np.where(forward, size, 0.0)
    least = -np.partition(-strength, FIRST - 1, axis=1)[:, FIRST - 1 : FIRST]
    first = (strength > 0) & (strength >= least)
    return np.lexsort((-size, ~first), axis=1)


def _carriers(
    found: Effects, frame: pd.DataFrame, effect: FloatArray
) -> tuple[IntArray, BoolArray]:
    """Return the feature that carries each topic's effect, and whether it is shown, (n, n_topics).

    It is the strongest of those with the effect's sign whose sentence does not read the other
    way: "0 orders in the last 90 days" never speaks for staying. A column of a profile that is
    unknown is shown only where it is the customer's strongest fact.
    """
    of_topic = found.topic
    values = np.round(found.values, DIGITS)
    carrier = np.zeros(effect.shape, dtype=int)
    is_shown = np.zeros(effect.shape, dtype=bool)
    for topic in np.unique(of_topic):
        members = np.flatnonzero(of_topic == topic)
        toward = values[:, members] * np.sign(effect[:, [topic]])
        backward = np.column_stack([_never_stays(found.names[m], frame) for m in members])
        toward[backward & (effect[:, [topic]] < 0)] = 0.0
        carrier[:, topic] = members[toward.argmax(axis=1)]
        is_shown[:, topic] = toward.max(axis=1, initial=0.0) > 0
    return carrier, is_shown & ~_weak_unknown(found, frame, effect, carrier)


def _never_stays(name: str, frame: pd.DataFrame) -> BoolArray:
    """Return which rows' sentence of a feature never speaks for staying, (n,)."""
    phrase = phrase_of(name)
    if phrase is None or phrase.never_stays is None or phrase.leading not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    column = frame[phrase.leading]
    numbers = column if column.dtype == np.float64 else pd.to_numeric(column)
    figures = numbers.to_numpy(dtype=float, na_value=np.nan)
    if phrase.never_stays == "unknown":
        return np.isnan(figures)
    return ~(figures >= (HALF_PERCENT if phrase.in_percent else HALF))  # shown as 0


def _weak_unknown(
    found: Effects, frame: pd.DataFrame, effect: FloatArray, carrier: IntArray
) -> BoolArray:
    """Return which topics would show an unknown profile value that is not the strongest fact."""
    weak = np.zeros(effect.shape, dtype=bool)
    size = np.abs(effect)
    for place, (name, topic) in enumerate(zip(found.names, found.topic, strict=True)):
        if (found.apart or phrase_of(name) is None) and name in frame.columns:
            unknown = frame[name].isna().to_numpy() & (carrier[:, topic] == place)
            weak[:, topic] |= unknown & (size[:, topic] < size.max(axis=1))
    return weak


def _phrase(name: str, names: OwnNames) -> Phrase | None:
    phrase = phrase_of(name, names.value)
    if phrase is not None and name.startswith(PLAN):
        return phrase.of_plan(names.plans[int(name.removeprefix(PLAN).partition("_")[0]) - 1])
    if phrase is None or not name.startswith(EVENT_TYPE):
        return phrase
    number = int(name.removeprefix(EVENT_TYPE).partition("_")[0])
    return phrase.of_event_type(names.event_types[number - 1])


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
