"""The audit of one training: groups, figures, ratios and proxies, stored as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.fairness.audit import BEST, LEFT, RISK, audit, four_fifths, hidden_groups
from tiercast.fairness.groups import Grouping
from tiercast.modeling.churn_metrics import area_under_curve

MOST_ROWS = 5_000
FEWEST = 30  # customers of a group, and outside it
BINS = 10
NOTEWORTHY = 0.6  # AUC
COLUMNS = ("attribute", "group", "feature", "auc", "low")


@dataclass(frozen=True)
class Fairness:
    """What was found by group of each protected column.

    `figures`, `ratios` and `proxies` are the tables of the functions of these names (`audit`,
    `four_fifths`); `hidden` counts the groups that are too small to be shown.
    """

    groupings: Mapping[str, Grouping]
    figures: pd.DataFrame
    hidden: Mapping[str, int]
    ratios: pd.DataFrame
    proxies: pd.DataFrame

    @classmethod
    def of(
        cls, predictions: pd.DataFrame, features: pd.DataFrame, profiles: pd.DataFrame, seed: int
    ) -> Self:
        """Audit the newest forecast of each customer, and look for proxies in their features.

        `predictions` are those of an evaluation, with `is_best` (in the best tier). `features`
        have customer_id and what the model sees; `profiles` customer_id and protected columns.
        Customers without a profile are a group, "unknown".
        """
        names = [name for name in profiles.columns if name != "customer_id"]
        groupings = {name: Grouping.of(profiles[name]) for name in names}
        rows = _newest(predictions).merge(profiles, on="customer_id", how="left")
        beside = features[["customer_id"]].merge(profiles, on="customer_id", how="left")
        groups = {name: one.apply(rows[name]) for name, one in groupings.items()}
        of_features = {name: one.apply(beside[name]) for name, one in groupings.items()}
        figures = audit(rows, groups)
        learned = features.drop(columns=["customer_id", "as_of"], errors="ignore")
        found = proxies(learned, of_features, seed)
        return cls(groupings, figures, hidden_groups(groups), four_fifths(figures), found)

    def to_record(self) -> dict[str, object]:
        """Return what `of_record` reads."""
        return {
            "groupings": {
                name: {"edges": list(one.edges), "words": list(one.words)}
                for name, one in self.groupings.items()
            },
            "figures": self.figures.to_dict("records"),
            "hidden": dict(self.hidden),
            "ratios": self.ratios.to_dict("records"),
            "proxies": self.proxies.to_dict("records"),
        }

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the audit that `to_record` described."""
        groupings = {
            name: Grouping(tuple(one["edges"]), tuple(one["words"]))
            for name, one in record["groupings"].items()
        }
        tables = {name: pd.DataFrame(record[name]) for name in ("figures", "ratios", "proxies")}
        return cls(groupings=groupings, hidden=record["hidden"], **tables)


def _newest(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the newest forecast of each customer, so that each counts once."""
    rows = predictions.sort_values("as_of", kind="stable")
    rows = rows.drop_duplicates("customer_id", keep="last")
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"],
            LEFT: 1.0 - rows["ordered"].astype(float),
            RISK: rows["churn_probability"].astype(float),
            BEST: rows["is_best"].astype(float),
        }
    )


def proxies(
    features: pd.DataFrame, attributes: Mapping[str, pd.Series], seed: int
) -> pd.DataFrame:
    """Return, for each protected column and feature, the group it guesses best, the best first.

    Each feature alone guesses each group: rates by its deciles (or words) in one half of the
    customers rank the other half, and the other way round; .5 is chance, 1 is certain (AUC). Only
    those of an AUC of .6 or more whose 95 % interval begins above .5. Columns: `COLUMNS`.
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
    auc = float(np.mean([area_under_curve(is_in[half == p], guess[half == p]) for p in (0, 1)]))
    return auc, auc - 1.96 * _auc_error(auc, is_in.sum(), len(is_in) - is_in.sum())


def _auc_error(auc: float, inside: float, outside: float) -> float:
    """Return the standard error of an AUC (Hanley & McNeil 1982, eq. 1)."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (inside - 1) * (q1 - auc**2) + (outside - 1) * (q2 - auc**2)
    return float(np.sqrt(max(0.0, spread) / (inside * outside)))
