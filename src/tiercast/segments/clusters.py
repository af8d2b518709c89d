"""Discovered segments: clusters of customers with similar behaviour, named in words."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from tiercast.arrays import FloatArray, IntArray
from tiercast.segments.cluster_features import (
    CLUSTER_FEATURES,
    EVERY_FEATURE,
    ClusterFeature,
    Language,
    Words,
)
from tiercast.segments.feature_space import Axis, FeatureSpace
from tiercast.segments.matching import match_segments
from tiercast.segments.membership import likeliest_variance, probabilities, squared_distances
from tiercast.segments.naming import (
    floor_shares,
    name_segments,
    sets_apart,
    standardised_differences,
)
from tiercast.segments.profiles import PROFILE_COLUMNS, profile_table
from tiercast.segments.selection import candidates, choose, nearest, selection_table


class CustomerSegments(BaseEstimator):
    """K-means segments of a customer feature frame, with names, probabilities and stability.

    Features that vary are transformed, robustly scaled and weighted (see `FeatureSpace`). The
    k-means centres are the means of a mixture of equal round normal clouds, which gives each
    customer's probabilities (see `membership`). The number of segments is chosen by silhouette
    and by stability under resampling (see `selection.choose`). Neither the order of the rows nor
    the number of threads changes the result. Memory is bounded by `max_rows`.

    Parameters
    ----------
    least, most
        Numbers of segments to try; if equal, the number is fixed. Small bases get fewer.
    resamples
        Bootstrap samples per number of segments.
    max_rows
        Most customers to fit on; of a larger base a seeded sample is taken.
    features
        Features by which customers are compared.
    random_state
        Seed.

    Attributes
    ----------
    names_ : tuple of str
        Stable ids, largest segment first; `match_to` keeps them from one training to the next.
    words_ : dict of str to Words
        The names in words.
    selection_ : pandas.DataFrame
        All numbers of segments tried, see `selection.selection_table`.
    stability_ : ndarray of shape (segments,)
        Mean bootstrap Jaccard index of each segment; a pattern is stable from 0.75 on.
    space_, centres_, variance_
        The fitted space, centres of shape (segments, axes) in it, and the clouds' variance.
    differences_ : ndarray of shape (segments, axes)
        Segments' means minus the base's, in standard deviations of the base.

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "recency_days": [5.0] * 20 + [300.0] * 20, "orders": [9] * 20 + [1] * 20})
    >>> model = CustomerSegments(least=2, most=2).fit(frame)
    >>> model.names_
    ('recent_frequent', 'lapsed_one_time')
    >>> model.describe("zh")["recent_frequent"]
    '近期下单、高频客户'
    """

    def __init__(
        self,
        *,
        least: int = 3,
        most: int = 8,
        resamples: int = 10,
        max_rows: int = 20_000,
        features: Sequence[ClusterFeature] = CLUSTER_FEATURES,
        random_state: int = 7,
    ) -> None:
        self.least = least
        self.most = most
        self.resamples = resamples
        self.max_rows = max_rows
        self.features = features
        self.random_state = random_state

    def fit(self, frame: pd.DataFrame, y: None = None) -> Self:
        """Fit the segments of a base, one row per customer; values may be missing.

        Raises
        ------
        ValueError
            The frame is empty, or `least` and `most` are out of order.
        """
        self._check(frame)
        self.space_ = FeatureSpace.of(frame, self.features)
        sample = frame.iloc[self._sample(self.space_.positions(frame))]
        positions = self.space_.positions(sample)
        tried = candidates(
            positions, self.least, self.most, resamples=self.resamples, seed=self.random_state
        )
        chosen = choose(tried)
        self.selection_ = selection_table(tried, chosen)
        self.centres_ = tried[chosen].centres
        self.stability_ = tried[chosen].stability.jaccard
        self.variance_ = likeliest_variance(
            squared_distances(positions, self.centres_), positions.shape[1]
        )
        self._name(sample, positions)
        return self

    def _check(self, frame: pd.DataFrame) -> None:
        if len(frame) == 0:
            raise ValueError("segments need at least one customer, but the frame has no rows")
        if not 1 <= self.least <= self.most:
            raise ValueError(
                f"least must be between 1 and most, but got {self.least=}, {self.most=}"
            )

    def _sample(self, positions: FloatArray) -> IntArray:
        # Sorted by position first, so that the order of the rows does not matter.
        order = np.lexsort(positions.T) if positions.shape[1] else np.arange(len(positions))
        if len(order) <= self.max_rows:
            return order
        rng = np.random.default_rng(self.random_state)
        return order[np.sort(rng.choice(len(order), self.max_rows, replace=False))]

    def _name(self, sample: pd.DataFrame, positions: FloatArray) -> None:
        labels = nearest(positions, self.centres_)
        count, features = len(self.centres_), self._active_features()
        self.differences_ = standardised_differences(positions, labels, count)
        self.floor_shares_ = floor_shares(sample, labels, count, features)
        self._set_words(name_segments(self.differences_, self.floor_shares_, features))

    def _active_features(self) -> list[ClusterFeature]:
        by_name = {feature.name: feature for feature in self.features}
        return [by_name[axis.name] for axis in self.space_.axes]

    def _set_words(self, words: dict[str, Words]) -> None:
        self.words_ = words
        self.names_ = tuple(words)

    def predict_proba(self, frame: pd.DataFrame) -> FloatArray:
        """Return the probability of each segment, shape (customers, segments) as `names_`."""
        check_is_fitted(self)
        distances = squared_distances(self.space_.positions(frame), self.centres_)
        return probabilities(distances, self.variance_)

    def predict(self, frame: pd.DataFrame) -> npt.NDArray[np.str_]:
        """Return each customer's most probable segment, (n,)."""
        return self.assigned(frame)[0]

    def confidence(self, frame: pd.DataFrame) -> FloatArray:
        """Return the probability of each customer's most probable segment, (n,)."""
        return self.assigned(frame)[1]

    def assigned(self, frame: pd.DataFrame) -> tuple[npt.NDArray[np.str_], FloatArray]:
        """Return each customer's most probable segment and its probability, each (n,)."""
        chances = self.predict_proba(frame)
        return np.array(self.names_)[chances.argmax(axis=1)], chances.max(axis=1)

    def describe(self, language: Language = "en") -> dict[str, str]:
        """Return each segment's name in words, by its id."""
        check_is_fitted(self)
        return {name: words.in_language(language) for name, words in self.words_.items()}

    def profiles(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return one row per segment with the profile of `frame`'s customers in it.

        Columns: those of `profile_table`, then confidence (mean probability of the assigned
        segment), stability (bootstrap Jaccard) and sets_apart (features at least half a standard
        deviation from the base, greatest first: "orders +1.99, recency_days -1.94").
        """
        chances = self.predict_proba(frame)
        labels = chances.argmax(axis=1)
        axes = [axis.name for axis in self.space_.axes]
        table = profile_table(frame, labels, self.names_, (*PROFILE_COLUMNS, *axes))
        means = pd.Series(chances.max(axis=1)).groupby(labels).mean()
        table["confidence"] = means.reindex(range(len(self.names_))).to_numpy()
        table["stability"] = self.stability_
        table["sets_apart"] = [sets_apart(row, axes) for row in self.differences_]
        return table

    def differences(self) -> pd.DataFrame:
        """Return segments' means minus the base's, a column per feature, in its deviations."""
        check_is_fitted(self)
        axes = [axis.name for axis in self.space_.axes]
        return pd.DataFrame(self.differences_, index=list(self.names_), columns=axes)

    def _apart(self, axes: Sequence[Axis]) -> FloatArray:
        """Return the weighted differences from the base on some axes, (segments, axes)."""
        names = [axis.name for axis in self.space_.axes]
        columns = [names.index(axis.name) for axis in axes]
        return self.differences_[:, columns] * np.array([axis.weight for axis in axes])

    def match_to(self, previous: "CustomerSegments") -> "CustomerSegments":
        """Return a copy in which segments that `previous` had too have their names from there.

        A segment is the same if its difference from the base has changed by less than half the
        distance between the old segment and its nearest neighbour (see `match_segments`). Other
        segments get names that `previous` did not use.
        """
        check_is_fitted(self)
        check_is_fitted(previous)
        theirs = [axis.name for axis in previous.space_.axes]
        shared = [axis for axis in self.space_.axes if axis.name in theirs]
        pairs = match_segments(self._apart(shared), previous._apart(shared))
        fresh = [number for number in range(len(self.centres_)) if number not in pairs]
        named = name_segments(
            self.differences_[fresh],
            self.floor_shares_[fresh],
            self._active_features(),
            taken=previous.names_,
        )
        matched_names = {new: previous.names_[old] for new, old in pairs.items()}
        names = matched_names | dict(zip(fresh, named, strict=True))
        words = previous.words_ | named
        matched = copy.copy(self)
        matched._set_words({names[n]: words[names[n]] for n in range(len(names))})
        return matched

    def to_dict(self) -> dict[str, Any]:
        """Return the fitted model as plain data for JSON; `from_dict` restores it exactly."""
        check_is_fitted(self)
        return {
            "least": self.least,
            "most": self.most,
            "resamples": self.resamples,
            "max_rows": self.max_rows,
            "random_state": self.random_state,
            "axes": self.space_.to_dict(),
            "names": list(self.names_),
            "words": {name: [words.en, words.zh] for name, words in self.words_.items()},
            "centres": self.centres_.tolist(),
            "variance": self.variance_,
            "stability": self.stability_.tolist(),
            "differences": self.differences_.tolist(),
            "floor_shares": self.floor_shares_.tolist(),
            "selection": self.selection_.to_dict(orient="records"),
        }

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], features: Sequence[ClusterFeature] = EVERY_FEATURE
    ) -> Self:
        """Return the fitted model from the data of `to_dict`; `features` hold those of its fit."""
        settings = ("least", "most", "resamples", "max_rows", "random_state")
        model = cls(**{name: data[name] for name in settings}, features=features)
        model.space_ = FeatureSpace.from_dict(data["axes"])
        shape = (len(data["names"]), len(model.space_.axes))
        model.centres_ = np.array(data["centres"], dtype=np.float64).reshape(shape)
        model.differences_ = np.array(data["differences"], dtype=np.float64).reshape(shape)
        model.floor_shares_ = np.array(data["floor_shares"], dtype=np.float64).reshape(shape)
        model.stability_ = np.array(data["stability"], dtype=np.float64)
        model.variance_ = float(data["variance"])
        model.selection_ = pd.DataFrame(data["selection"])
        model._set_words({name: Words(*data["words"][name]) for name in data["names"]})
        return model
