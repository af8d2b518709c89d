"""Features from which a protected column can be guessed, though no model sees the column.

Each feature alone guesses each group: rates by its deciles (or words) in one half of the
customers rank the other half, and the other way round. .5 is chance, 1 is certain (AUC).
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from tiercast.arrays import FloatArray, IntArray

MOST_ROWS = 5_000
FEWEST = 30  # customers of a group, and outside it
BINS = 10
NOTEWORTHY = 0.6  # AUC
COLUMNS = ("attribute", "group", "feature", "auc", "low")


def proxies(
    features: pd.DataFrame, attributes: Mapping[str, pd.Series], seed: int
) -> pd.DataFrame:
    """Return, for each protected column and feature, the group it guesses best, the best first.

    Only those of an AUC of .6 or more whose 95 % interval begins above .5. Columns: `COLUMNS`.
    """
    chosen = np.random.default_rng(seed).permutation(len(features))[:MOST_ROWS]
    half = np.arange(len(chosen)) % 2
    binned = {str(name): _bins(features[name].iloc[chosen]) for name in features}
    rows = [
        (attribute, group, name, *_guess(bins, is_in, half))
        for attribute, groups in attributes.items()
        for group, is_in in _members(groups.iloc[chosen])
        for name, bins in binned.items()
    ]
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    found = found[(found["auc"] >= NOTEWORTHY) & (found["low"] > 0.5)]
    found = found.sort_values(["attribute", "auc", "feature"], ascending=[True, False, True])
    return found.drop_duplicates(["attribute", "feature"]).reset_index(drop=True)


def _members(groups: pd.Series) -> list[tuple[str, FloatArray]]:
    known = [(str(name), (groups == name).to_numpy(dtype=float)) for name in sorted(set(groups))]
    return [(n, one) for n, one in known if FEWEST <= one.sum() <= len(one) - FEWEST]


def _bins(column: pd.Series) -> IntArray:
    """Return the decile of each number, or the number of each word; missing is one of its own."""
    if not pd.api.types.is_numeric_dtype(column):
        return pd.factorize(column)[0].astype(np.int64) + 1
    values = column.to_numpy(dtype=float, na_value=np.nan)
    known = values[np.isfinite(values)]
    if not len(known):
        return np.zeros(len(values), dtype=np.int64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    found = np.searchsorted(edges, np.nan_to_num(values), side="right") + 1
    return np.where(np.isfinite(values), found, 0)


def _guess(bins: IntArray, is_in: FloatArray, half: IntArray) -> tuple[float, float]:
    """Return the AUC of rates learned in one half on the other, and its lower 95 % limit."""
    guess, size = np.zeros(len(bins)), int(bins.max()) + 1
    for part in (0, 1):
        seen = half != part
        base = is_in[seen].mean()
        counts = np.bincount(bins[seen], minlength=size)
        sums = np.bincount(bins[seen], is_in[seen], minlength=size)
        rates = (sums + base) / (counts + 1)
        guess[~seen] = rates[bins[~seen]]
    auc = float(np.mean([roc_auc_score(is_in[half == p], guess[half == p]) for p in (0, 1)]))
    return auc, auc - 1.96 * _auc_error(auc, is_in.sum(), len(is_in) - is_in.sum())


def _auc_error(auc: float, inside: float, outside: float) -> float:
    """Return the standard error of an AUC (Hanley & McNeil 1982, eq. 1)."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (inside - 1) * (q1 - auc**2) + (outside - 1) * (q2 - auc**2)
    return float(np.sqrt(max(0.0, spread) / (inside * outside)))
