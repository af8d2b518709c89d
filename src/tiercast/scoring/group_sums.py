"""What a scoring says of each group of customers: sums, tiers and where these begin."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiercast.modeling.tiered_model import TieredModel
from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.scoring.assign import AssignmentRules
from tiercast.scoring.boundaries import GroupBoundaries
from tiercast.scoring.totals import Totals


@dataclass(frozen=True)
class GroupTotal:
    """The customers of a group, what they are expected to bring, and its 90 % interval.

    `tiers` has the customers in each tier; `model` says how the group is forecast.
    """

    name: str
    customers: int
    expected: float
    low: float
    high: float
    tiers: Mapping[str, int]
    model: str


def group_totals(model: TieredModel, totals: Totals) -> tuple[GroupTotal, ...]:
    """Return the totals of each group, by name."""
    found = []
    for name, own in sorted(totals.groups.items()):
        whole = own.base(_uncertainty(model, totals, name))
        found.append(
            GroupTotal(
                name,
                own.rows,
                whole["expected_value"],
                whole["value_low"],
                whole["value_high"],
                own.tiers,
                model.how(name),
            )
        )
    return tuple(found)


def group_entries(
    model: TieredModel, rules: AssignmentRules, totals: Totals
) -> dict[str, dict[str, object]]:
    """Return what the manifest says of each group, by its name."""
    return {
        name: {
            "customers": own.rows,
            "tiers": own.tiers,
            "model": model.how(name),
            "tier_cuts": list(model.outlook_of(name).tier_cuts),
            "matched_sizes": _sizes(rules, name),
            "expected_value": own.expected,
            "expected_churned": own.churned,
            "sums": own.sums(_uncertainty(model, totals, name)),
        }
        for name, own in sorted(totals.groups.items())
    }


def _uncertainty(model: TieredModel, totals: Totals, name: str) -> TotalUncertainty:
    """Return the uncertainty of a group's total: not below what the base's says of its risk."""
    of_base = model.outlook.total_uncertainty.of_group(totals.groups[name].risk, totals.risk)
    own: TotalUncertainty = model.outlook_of(name).total_uncertainty
    return max(of_base, own, key=lambda one: one.total_sd)


def _sizes(rules: AssignmentRules, name: str) -> list[int] | None:
    if not isinstance(rules.boundaries, GroupBoundaries):
        return None
    return list(rules.boundaries.by_group[name].sizes)
