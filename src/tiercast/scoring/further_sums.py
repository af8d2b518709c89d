"""What the manifest says of each further horizon: its target, and sums with their intervals.

As for each customer, the sums of a longer horizon and the ends of their intervals are never lower
than those of a shorter one; the main horizon's never change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.target import Target
from tiercast.scoring.totals import WHOLE, Sum, Totals, nested

Sums = Mapping[tuple[str, str], Sum]


@dataclass(frozen=True)
class FurtherTotal:
    """What all customers are expected to bring within a further horizon, and its 90 % interval."""

    target: Target
    expected: float
    low: float
    high: float


def further_horizons(model: CustomerModel, totals: Totals) -> list[dict[str, object]]:
    """Return an entry for each further horizon, the shortest first."""
    sums = _coherent(model, totals)
    return [
        {
            **model.facts.target.of_days(one.horizon_days).to_record(),
            "expected_value": totals.further[one.horizon_days].expected,
            "expected_churned": totals.further[one.horizon_days].churned,
            "sums": nested(sums[one.horizon_days]),
            "season": one.season,
            "certainty": one.certainty,
        }
        for one in model.further
    ]


def further_totals(model: CustomerModel, totals: Totals) -> tuple[FurtherTotal, ...]:
    """Return the total of each further horizon, the shortest first."""
    sums = {days: groups[WHOLE, WHOLE] for days, groups in _coherent(model, totals).items()}
    return tuple(
        FurtherTotal(
            model.facts.target.of_days(days),
            sums[days]["expected_value"],
            sums[days]["value_low"],
            sums[days]["value_high"],
        )
        for days in model.further_days
    )


def _coherent(model: CustomerModel, totals: Totals) -> dict[int, Sums]:
    """Return the sums of each further horizon, in order with each other and the main one's."""
    main = totals.by_group(model.outlook.total_uncertainty)
    found: dict[int, Sums] = {}
    days = model.further_days
    shorter = sorted((one for one in days if one < model.horizon_days), reverse=True)
    for keep, outwards in ((min, shorter), (max, [one for one in days if one not in shorter])):
        bound: Sums = main
        for one in outwards:
            own = totals.further[one].by_group(model.of_days(one).outlook.total_uncertainty)
            bound = {group: _kept(own[group], bound[group], keep) for group in own}
            found[one] = bound
    return found


def _kept(own: Sum, bound: Sum, keep: Callable[[float, float], float]) -> Sum:
    """Return a sum whose interval lies no lower (`max`) or no higher (`min`) than the other."""
    return Sum(
        customers=own["customers"],
        expected_value=own["expected_value"],
        value_low=keep(own["value_low"], bound["value_low"]),
        value_high=keep(own["value_high"], bound["value_high"]),
    )
