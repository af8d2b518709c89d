"""The lists that there are, with how many customers each holds and their money."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.config.lists import CustomerList, default_lists
from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.lists.base import ListBase
from tiercast.lists.conditions import NEWEST, all_hold
from tiercast.lists.selection import met_alone, select
from tiercast.reporting.messages import Language
from tiercast.sources.workspace import workspace

MONEY = ("expected_value", "value_at_stake")  # of lists


@dataclass(frozen=True)
class ListSummary:
    """A list on offer: its name and words, the customers that it holds now, and their money."""

    name: str
    title: str
    explanation: str
    customers: int
    expected_value: float
    value_at_stake: float
    met: tuple[tuple[str, int], ...] = ()
    """Of an empty list: each of its conditions, and how many customers meet it alone."""


def lists(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    language: Language | None = None,
) -> tuple[ListSummary, ...]:
    """Return the lists that there are, with the customers of a scored day and their money.

    Customers of the global holdout (`holdout`) are on none.

    Raises
    ------
    InputError
        The day was not scored, or a list names a column that the scored day does not have.
    """
    settings = load_config(config)
    settings.kind.refuse("export")
    speak = language or settings.language
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    with workspace() as connection:
        base = ListBase.read(connection, settings, output.scored_day(as_of))
        found = _offered(settings, base.table)
        sums = _sums(base.table, found.values())
        empty = [one for one in found.values() if not sums[f"{one.name} customers"]]
        met = {one.name: met_alone(base.table, one) for one in empty}
    return tuple(
        ListSummary(
            one.name,
            one.title.in_language(speak),
            one.explanation.in_language(speak),
            int(sums[f"{one.name} customers"] or 0),
            expected_value=float(sums.get(f"{one.name} expected_value") or 0.0),
            value_at_stake=float(sums.get(f"{one.name} value_at_stake") or 0.0),
            met=met.get(one.name, ()),
        )
        for one in found.values()
    )


def _sums(table: ir.Table, wanted: Iterable[CustomerList]) -> Mapping[str, float | None]:
    """Return the customers and the money of lists, all read at once: `<list> <column>`."""
    sums: dict[str, ir.Value] = {}
    for one in wanted:
        select(table, one)  # it refuses unknown columns
        # A column also of a list without conditions.
        holds = table.customer_id.notnull() & all_hold(table, one.when, f"List {one.name}")
        sums[f"{one.name} customers"] = holds.sum()
        money = [name for name in MONEY if name in table.columns]
        sums |= {f"{one.name} {name}": table[name].sum(where=holds) for name in money}
    return dict(table.aggregate(**sums).to_pyarrow().to_pylist()[0])


def _offered(settings: Config, table: ir.Table) -> Mapping[str, CustomerList]:
    """Return the lists; of the package's those whose columns are there.

    A label table may lack a value, and a day that an earlier version scored lacks features.
    """
    found, packaged = settings.customer_lists, settings.kind.lists
    there = {*table.columns}
    if settings.kind.has_dates:
        there.add(NEWEST)  # its absence is an error of its own
        own = {name for name, one in found.items() if one not in default_lists(packaged)}
    else:
        own = set()
    return {name: one for name, one in found.items() if name in own or one.needs <= there}
