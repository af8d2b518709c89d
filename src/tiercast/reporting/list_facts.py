"""Whom the lists of `tiercast export` hold on the scored day: how many, with what money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.config.lists import CustomerList, default_lists
from tiercast.lists.conditions import all_hold
from tiercast.lists.selection import select
from tiercast.reporting.inputs import Inputs

LEAVING = "likely_to_leave"
MONEY = ("expected_value", "value_at_stake")


@dataclass(frozen=True)
class ListFacts:
    """Customers on a list, and their money in the unit of the orders."""

    customers: int
    expected_value: float
    value_at_stake: float


def usable_lists(inputs: Inputs) -> Mapping[str, CustomerList]:
    """Return the lists by name whose columns the report has: the package's, then the config's."""
    packaged = inputs.config.kind.lists
    own = inputs.config.customer_lists.values()
    given = (*default_lists(packaged), *own)
    return {one.name: one for one in given if one.needs <= {*inputs.base.columns}}


def list_facts(inputs: Inputs, names: Sequence[str]) -> dict[str, ListFacts]:
    """Return the facts of usable lists by name, counted in one query."""
    base, lists = inputs.base, usable_lists(inputs)
    wanted = [name for name in names if name in lists]
    sums: dict[str, ir.Value] = {}
    for name in wanted:
        held = all_hold(base, lists[name].when, f"List {name}")
        sums[f"{name}.customers"] = held.sum().fill_null(0)
        sums |= {f"{name}.{m}": base[m].sum(where=held).fill_null(0.0) for m in MONEY}
    found = base.aggregate(**sums).to_pyarrow().to_pylist()[0] if sums else {}
    return {
        name: ListFacts(**{m: found[f"{name}.{m}"] for m in ("customers", *MONEY)})
        for name in wanted
    }


def first_of(inputs: Inputs, name: str, length: int) -> ir.Table:
    """Return the first customers of a usable list, a row each, all columns."""
    return select(inputs.base, usable_lists(inputs)[name], length)
