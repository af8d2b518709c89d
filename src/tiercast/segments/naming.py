"""Names for segments, from their differences from the base, in plain words."""

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.cluster_features import EVERY_FEATURE, ClusterFeature, Words, noun
from tiercast.segments.feature_space import column

# A difference of half a standard deviation is a medium effect (Cohen 1988).
PLAIN = 0.5
# If two names would be the same, weaker differences are named too.
FAINT = 0.2
WORDS_IN_NAME = 2
# Share of a segment at a feature's floor from which on the floor's word is used.
MOSTLY = 0.8

TYPICAL = Words("typical", "典型")


def standardised_differences(positions: FloatArray, labels: IntArray, count: int) -> FloatArray:
    """Return segments' means minus the base's mean, in standard deviations of the base.

    Shape (segments, axes); a segment without customers has zeros.
    """
    spread = positions.std(axis=0)
    base = positions.mean(axis=0)
    result = np.zeros((count, positions.shape[1]))
    for number in np.unique(labels):
        result[number] = (positions[labels == number].mean(axis=0) - base) / np.where(
            spread > 0, spread, 1.0
        )
    return result


def floor_shares(
    frame: pd.DataFrame, labels: IntArray, count: int, features: Sequence[ClusterFeature]
) -> FloatArray:
    """Return the share of each segment's customers at each feature's floor.

    Shape (segments, features); 0 for features without a floor.
    """
    sizes = np.maximum(np.bincount(labels, minlength=count), 1)
    result = np.zeros((count, len(features)))
    for number, feature in enumerate(features):
        if feature.floor is not None:
            at_floor = column(frame, feature.name) == feature.floor.value
            result[:, number] = np.bincount(labels, weights=at_floor, minlength=count) / sizes
    return result


def vocabulary() -> list[Words]:
    """Return all words that names of segments are made of."""
    pairs = [words for one in EVERY_FEATURE for words in (one.high, one.low)]
    floors = [one.floor.words for one in EVERY_FEATURE if one.floor is not None]
    return [*pairs, *floors, TYPICAL]


def sets_apart(differences: FloatArray, axes: Sequence[str]) -> str:
    """Return a segment's clear differences from the base as text, greatest first.

    Examples
    --------
    >>> sets_apart(np.array([-1.944, 1.99, 0.3]), ["recency_days", "orders", "tenure_days"])
    'orders +1.99, recency_days -1.94'
    """
    ranked = np.argsort(-np.abs(differences), kind="stable")
    plain = [number for number in ranked if abs(differences[number]) >= PLAIN]
    return ", ".join(f"{axes[number]} {differences[number]:+.2f}" for number in plain)


def name_segments(
    differences: FloatArray,
    floor_shares: FloatArray,
    features: Sequence[ClusterFeature],
    taken: Collection[str] = (),
) -> dict[str, Words]:
    """Return a stable id and the words for each segment, in the segments' order.

    A name consists of the words for the two features that differ most from the base (difference
    times weight; at least half a standard deviation), in the features' order. Segments that would
    share a name, or have one of `taken`, get further words, and finally a number.

    Parameters
    ----------
    differences
        Standardised differences, shape (segments, features).
    floor_shares
        Share of each segment's customers at the feature's floor, same shape.
    features
        The features, in the order of the columns.
    taken
        Ids that belong to other segments.
    """
    depths = [WORDS_IN_NAME] * len(differences)
    while True:
        words = [
            _words(row, floors, features, depth)
            for row, floors, depth in zip(differences, floor_shares, depths, strict=True)
        ]
        ids = Counter(_slug(one) for one in words)
        clashing = [n for n, one in enumerate(words) if ids[_slug(one)] > 1 or _slug(one) in taken]
        if not clashing or min(depths[n] for n in clashing) >= len(features):
            return _numbered(words, set(taken))
        for number in clashing:
            depths[number] += 1


def _words(
    differences: FloatArray, floors: FloatArray, features: Sequence[ClusterFeature], depth: int
) -> Words:
    strength = np.abs(differences) * np.array([feature.weight for feature in features])
    least = PLAIN if depth == WORDS_IN_NAME else FAINT
    ranked = [n for n in np.argsort(-strength, kind="stable") if abs(differences[n]) >= least]
    parts = [_word(features[n], differences[n], floors[n]) for n in sorted(ranked[:depth])]
    return _phrase(parts or [TYPICAL], noun(features))


def _word(feature: ClusterFeature, difference: float, floor_share: float) -> Words:
    if difference > 0:
        return feature.high
    if feature.floor is not None and floor_share >= MOSTLY:
        return feature.floor.words
    return feature.low


def _phrase(parts: Sequence[Words], who: Words) -> Words:
    return Words(
        en=" ".join([*(part.en for part in parts), who.en]),
        zh="、".join(part.zh for part in parts) + who.zh,
    )


def _slug(words: Words) -> str:
    words_alone, _, _ = words.en.rpartition(" ")  # the noun is the last word
    return words_alone.replace(" ", "_").replace("-", "_")


def _numbered(words: Sequence[Words], taken: set[str]) -> dict[str, Words]:
    result: dict[str, Words] = {}
    for one in words:
        name, spoken, number = _slug(one), one, 1
        while name in taken or name in result:
            number += 1
            name = f"{_slug(one)}_{number}"
            spoken = Words(f"{one.en} {number}", f"{one.zh}{number}")
        result[name] = spoken
    return result
