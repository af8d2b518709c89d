"""The audit of one training: groups, figures, ratios and proxies, stored as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from tiercast.fairness.audit import BEST, LEFT, RISK, audit, four_fifths, hidden_groups
from tiercast.fairness.groups import Grouping
from tiercast.fairness.proxies import proxies


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
