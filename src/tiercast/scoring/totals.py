"""Running counts and sums over the parts of a scoring, and intervals for the sums.

Customers' expected values add up to tiers, segments and the base. The interval of a sum is not the
sum of intervals: chance averages out over customers, but a shift of the whole level does not, and
it moves groups of unlikely buyers more (`modeling.total_uncertainty`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from math import exp
from typing import Any, Self, TypedDict

import numpy as np
import pandas as pd

from tiercast.contract.groups import GROUP
from tiercast.features.horizons import named
from tiercast.modeling.predicted import FIGURES, VARIANCE
from tiercast.modeling.tiered_model import TieredModel
from tiercast.modeling.total_uncertainty import TotalUncertainty

WHOLE = "base"
LEAST_CHANCE = 1e-300  # has a logarithm


class Sum(TypedDict):
    """Customers of a group, the value expected of them, and its 90 % interval."""

    customers: int
    expected_value: float
    value_low: float
    value_high: float


@dataclass(frozen=True)
class Group:
    """Customers, their expected value (money), its variance by chance, and its risk.

    `at_risk` is the sum of expected value times churn risk, `log_nothing` the log of the chance
    that nobody is worth anything.
    """

    customers: int = 0
    expected: float = 0.0
    variance: float = 0.0
    at_risk: float = 0.0
    log_nothing: float = 0.0

    def plus(
        self,
        customers: int,
        expected: float,
        variance: float,
        at_risk: float,
        log_nothing: float,
    ) -> "Group":
        """Return the group with more customers in it."""
        return Group(
            self.customers + customers,
            self.expected + expected,
            self.variance + variance,
            self.at_risk + at_risk,
            self.log_nothing + log_nothing,
        )

    @property
    def risk(self) -> float:
        """The mean churn risk of the group's expected money."""
        return self.at_risk / self.expected if self.expected > 0 else 0.0

    def sum(self, coverage: TotalUncertainty) -> Sum:
        """Return the group's sum."""
        low, high = coverage.interval(self.expected, self.variance, exp(self.log_nothing))
        return Sum(
            customers=self.customers, expected_value=self.expected, value_low=low, value_high=high
        )


class Flips(TypedDict):
    """Customers scored before, how many change tier, and how many would without hysteresis."""

    scored_before: int
    changed: int
    changed_without_hysteresis: int


class Totals:
    """Sums over the base, by tier and by segment, and how many customers change tier.

    `groups` has the same sums of each group of customers, where there are groups.
    """

    def __init__(self, tier_names: tuple[str, ...], further_days: Sequence[int] = ()) -> None:
        self.churned = 0.0
        self.tier_names = tier_names
        self.further = {days: Totals(tier_names) for days in further_days}
        self.groups: dict[str, Totals] = {}
        self.flips = Flips(scored_before=0, changed=0, changed_without_hysteresis=0)
        self._groups: dict[str, dict[str, Group]] = {
            WHOLE: {WHOLE: Group()},
            "tier": dict.fromkeys(tier_names, Group()),
            "segment": {},
        }

    @classmethod
    def of(cls, model: TieredModel) -> Self:
        """Return the sums of no customer yet, for the tiers and horizons of a model."""
        return cls(model.facts.tier_names, model.further_days)

    def add(self, rows: pd.DataFrame) -> None:
        """Count one part."""
        for days, totals in self.further.items():
            totals.add(_at_horizon(rows, days))
        if GROUP in rows:
            for name, part in rows.groupby(GROUP):
                self._group(str(name)).add(part.drop(columns=GROUP))
        self.churned += float(rows["churn_probability"].sum())
        self._add_flips(_flips(rows))
        money = rows[["expected_value", "value_variance"]].assign(
            at_risk=rows["expected_value"] * rows["churn_probability"],
            log_nothing=_log_chance_of_nothing(rows),
        )
        for kind, groups in self._groups.items():
            names = rows[kind].astype(str) if kind in rows else pd.Series(WHOLE, index=rows.index)
            for name, part in money.groupby(names):
                before = groups.get(str(name), Group())
                groups[str(name)] = before.plus(len(part), *part.sum().tolist())

    def to_dict(self) -> dict[str, object]:
        """Return the sums as plain data, for `merge` elsewhere."""
        groups = {
            kind: {name: astuple(group) for name, group in groups.items()}
            for kind, groups in self._groups.items()
        }
        further = {str(days): totals.to_dict() for days, totals in self.further.items()}
        apart = {name: totals.to_dict() for name, totals in self.groups.items()}
        return {
            "apart": apart,
            "churned": self.churned,
            "flips": self.flips,
            "groups": groups,
            "further": further,
        }

    def merge(self, sums: Mapping[str, Any]) -> None:
        """Add the sums of other parts, from `to_dict`."""
        self.churned += sums["churned"]
        self._add_flips(sums["flips"])
        for days, totals in self.further.items():
            totals.merge(sums["further"][str(days)])
        for name, apart in sums["apart"].items():
            self._group(name).merge(apart)
        for kind, groups in sums["groups"].items():
            for name, group in groups.items():
                before = self._groups[kind].get(name, Group())
                self._groups[kind][name] = before.plus(*group)

    def _group(self, name: str) -> "Totals":
        return self.groups.setdefault(name, Totals(self.tier_names))

    def _add_flips(self, more: Flips) -> None:
        self.flips = Flips(
            scored_before=self.flips["scored_before"] + more["scored_before"],
            changed=self.flips["changed"] + more["changed"],
            changed_without_hysteresis=self.flips["changed_without_hysteresis"]
            + more["changed_without_hysteresis"],
        )

    @property
    def risk(self) -> float:
        """The mean churn risk of the expected money."""
        return self._groups[WHOLE][WHOLE].risk

    @property
    def rows(self) -> int:
        """The number of customers."""
        return self._groups[WHOLE][WHOLE].customers

    @property
    def expected(self) -> float:
        """The expected value (money) of all of them."""
        return self._groups[WHOLE][WHOLE].expected

    @property
    def tiers(self) -> dict[str, int]:
        """Customers by tier."""
        return {name: group.customers for name, group in self._groups["tier"].items()}

    def base(self, coverage: TotalUncertainty) -> Sum:
        """Return the sum of all."""
        return self._groups[WHOLE][WHOLE].sum(coverage)

    def sums(self, coverage: TotalUncertainty) -> dict[str, Sum | dict[str, Sum]]:
        """Return the sums of the base, of each tier and of each segment."""
        return nested(self.by_group(coverage))

    def by_group(self, coverage: TotalUncertainty) -> dict[tuple[str, str], Sum]:
        """Return the same sums by kind and name of the group."""
        whole = self._groups[WHOLE][WHOLE].risk
        return {
            (kind, name): group.sum(coverage.of_group(group.risk, whole))
            for kind, groups in self._groups.items()
            for name, group in groups.items()
        }


def nested(sums: Mapping[tuple[str, str], Sum]) -> dict[str, Sum | dict[str, Sum]]:
    """Return sums by group as the manifest has them."""
    kinds = {kind: {n: one for (k, n), one in sums.items() if k == kind} for kind, _ in sums}
    segments = dict(sorted(kinds.get("segment", {}).items()))
    return {WHOLE: kinds[WHOLE][WHOLE], "tiers": kinds["tier"], "segments": segments}


def _log_chance_of_nothing(rows: pd.DataFrame) -> pd.Series:
    """Return the log of each customer's chance to be worth nothing, (n,).

    That is the churn risk where the interval begins at 0. Others are worth something: who hardly
    churns, and whose contract is paid for a while before it ends.
    """
    chance = rows["churn_probability"].where(rows["value_low"] == 0, 0.0)
    return np.log(chance.clip(lower=LEAST_CHANCE))


def _at_horizon(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """Return rows with the figures of a further horizon in place of the main one's."""
    figures = (*FIGURES, VARIANCE)
    return rows[["tier", "segment"]].assign(**{one: rows[named(one, days)] for one in figures})


def _flips(rows: pd.DataFrame) -> Flips:
    if "previous_rank" not in rows:
        return Flips(scored_before=0, changed=0, changed_without_hysteresis=0)
    known = rows[rows["previous_rank"].notna()]
    return Flips(
        scored_before=len(known),
        changed=int((known["tier_rank"] != known["previous_rank"]).sum()),
        changed_without_hysteresis=int((known["plain_rank"] != known["previous_rank"]).sum()),
    )
