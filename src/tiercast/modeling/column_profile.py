"""The distribution of one column, and how far another set of values has moved from it.

Two measures, both of the values that are there (missing ones are counted apart):

- PSI, the population stability index: over bins, the sum of (now - then) * ln(now / then) of the
  shares. Numbers are binned at the deciles they had then, words are bins themselves. A share of
  less than 1 in 10,000 counts as that much, so that an empty bin stays finite.
- Kolmogorov-Smirnov: the largest gap between the two distribution functions, both taken at their
  percentiles, so true to a hundredth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2, ks_2samp

from tiercast.arrays import FloatArray

FLOOR = 1e-4
PERCENTS = np.linspace(0.0, 1.0, 101)
MOST_WORDS = 1000  # stored by name; `all_named` is False where a column has more
SURE = 0.999  # how sure it must be that a PSI is more than the chance of the draw
KS_SURE = 1.95  # Smirnov's limit of the same, times sqrt(1/n + 1/m)


@dataclass(frozen=True)
class ColumnChange:
    """How far values have moved from a profile.

    `noise_*` is what chance alone reaches once in a thousand draws of so many; `ks` is None for
    words. `missing` is the share missing less the share that was. Of words, `now` has the shares
    of those stored by name; `new` and `gone` are words that are only there now or only then,
    with their shares.
    """

    psi: float
    noise_psi: float
    ks: float | None
    noise_ks: float
    missing: float
    now: Mapping[str, float] = field(default_factory=dict)
    new: Mapping[str, float] = field(default_factory=dict)
    gone: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberProfile:
    """Numbers: how many, the share missing, percentiles, and shares between the deciles."""

    rows: int
    missing: float
    percentiles: tuple[float, ...]
    edges: tuple[float, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, values: npt.ArrayLike) -> Self:
        """Return the profile of numbers; NaN is missing.

        Examples
        --------
        >>> found = NumberProfile.of([0.0] * 6 + [1.0, 2.0, 3.0, float("nan")])
        >>> found.missing, found.edges, [round(share, 2) for share in found.shares]
        (0.1, (0.0, 1.0, 2.0, 3.0), [0.67, 0.11, 0.11, 0.11, 0.0])
        """
        known, missing = _known(values)
        points = percentiles(known)
        edges = tuple(dict.fromkeys(points[10:100:10]))
        shares = tuple(_shares(known, edges).tolist())
        return cls(len(known), missing, points, edges, shares)

    def moved(self, values: npt.ArrayLike) -> ColumnChange:
        """Return how far these values have moved from the profile's."""
        known, missing = _known(values)
        if not self.rows or not len(known):
            return ColumnChange(np.nan, 0.0, None, 0.0, missing - self.missing)
        psi = stability_index(self.shares, _shares(known, self.edges))
        gap = ks_2samp(self.percentiles, percentiles(known), method="asymp").statistic
        spread = 1 / self.rows + 1 / len(known)
        return ColumnChange(
            psi,
            _noise(len(self.shares), spread),
            float(gap),
            KS_SURE * float(np.sqrt(spread)) + 1 / (len(PERCENTS) - 1),
            missing - self.missing,
        )


@dataclass(frozen=True)
class WordProfile:
    """Words: how many rows have one, the share missing, and the share of each word."""

    rows: int
    missing: float
    shares: Mapping[str, float]
    all_named: bool = True

    @classmethod
    def of(cls, values: pd.Series) -> Self:
        """Return the profile of words.

        Examples
        --------
        >>> WordProfile.of(pd.Series(["north", "north", "south", None])).shares
        {'north': 0.6666666666666666, 'south': 0.3333333333333333}
        """
        counts, missing = word_counts(values)
        rows = int(counts.sum())
        named = counts.head(MOST_WORDS)
        shares = {str(word): float(count) / rows for word, count in named.items()}
        return cls(rows, missing, shares, len(named) == len(counts))

    def moved(self, values: pd.Series) -> ColumnChange:
        """Return how far these words have moved from the profile's.

        Words not stored by name share one bin; then no word counts as new.
        """
        counts, missing = word_counts(values)
        rows = int(counts.sum())
        if not self.rows or not rows:
            return ColumnChange(np.nan, 0.0, None, 0.0, missing - self.missing)
        now = {str(word): float(count) / rows for word, count in counts.items()}
        bins = [*self.shares]
        before = [*self.shares.values(), max(0.0, 1 - sum(self.shares.values()))]
        current = [now.get(word, 0.0) for word in bins]
        current.append(max(0.0, 1 - sum(current)))
        new = {w: share for w, share in now.items() if w not in self.shares}
        return ColumnChange(
            stability_index(before, current),
            _noise(len(before), 1 / self.rows + 1 / rows),
            None,
            0.0,
            missing - self.missing,
            {word: now[word] for word in now if word in self.shares},
            new if self.all_named else {},
            {word: share for word, share in self.shares.items() if word not in now},
        )


Profile = NumberProfile | WordProfile


def profile(values: pd.Series) -> Profile:
    """Return the profile of a column: of words where it holds text, of numbers otherwise."""
    return WordProfile.of(values) if is_words(values) else NumberProfile.of(as_floats(values))


def moved(then: Profile, values: pd.Series) -> ColumnChange:
    """Return how far a column has moved from a profile; words that became numbers count as words.

    A column that is empty throughout has lost its type, and moves as what it was.
    """
    if isinstance(then, WordProfile):
        return then.moved(values)
    return then.moved(as_floats(values))


def is_words(values: pd.Series) -> bool:
    """Return whether a column holds text."""
    return values.dtype == object or isinstance(values.dtype, pd.StringDtype)


def as_floats(values: pd.Series) -> FloatArray:
    """Return a column as numbers; what is none is missing."""
    if is_words(values):
        values = pd.to_numeric(values, errors="coerce")
    return values.to_numpy(dtype=np.float64, na_value=np.nan)


def stability_index(then: Sequence[float], now: Sequence[float] | FloatArray) -> float:
    """Return the PSI of two lists of shares.

    Examples
    --------
    >>> round(stability_index([0.5, 0.5], [0.25, 0.75]), 4)  # .25 ln 2 + .25 ln 1.5
    0.2747
    """
    before, current = (np.maximum(np.asarray(one, dtype=float), FLOOR) for one in (then, now))
    return float(((current - before) * np.log(current / before)).sum())


def percentiles(values: FloatArray) -> tuple[float, ...]:
    """Return the values at 0, 1, ... 100 %, each a value that is there; none where none is."""
    if not len(values):
        return ()
    return tuple(np.quantile(values, PERCENTS, method="inverted_cdf").tolist())


def word_counts(values: pd.Series) -> tuple[pd.Series, float]:
    """Return how often each word comes, the most frequent first, and the share missing."""
    words = values.dropna().astype(str)
    counts = words.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return counts, _missing_share(len(words), len(values))


def _known(values: npt.ArrayLike) -> tuple[FloatArray, float]:
    numbers = np.asarray(values, dtype=np.float64)
    known = numbers[~np.isnan(numbers)]
    return known, _missing_share(len(known), len(numbers))


def _missing_share(known: int, rows: int) -> float:
    return (rows - known) / rows if rows else 0.0


def _shares(known: FloatArray, edges: Sequence[float]) -> FloatArray:
    """Return the shares at or below the first edge, up to each next one, and above the last."""
    place = np.searchsorted(np.asarray(edges), known, side="left")
    shares: FloatArray = np.bincount(place, minlength=len(edges) + 1) / max(len(known), 1)
    return shares


def _noise(bins: int, spread: float) -> float:
    """Return the PSI that two draws from one population pass once in a thousand times.

    PSI / (1/n + 1/m) then follows a chi-square of bins - 1 degrees (Yurdakul, 2018).
    """
    return float(chi2.ppf(SURE, max(1, bins - 1)) * spread)
