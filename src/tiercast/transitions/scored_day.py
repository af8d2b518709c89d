"""One end of a migration: a day's stored scores and features, and how tiers were decided."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend
from ibis.expr.datatypes import DataType

from tiercast.artifacts.dataset import manifest_of, parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import Scored
from tiercast.contract.groups import GROUP
from tiercast.scoring.boundaries import Boundaries, Boundary, GroupBoundaries

REVENUE = "revenue"


@dataclass(frozen=True)
class ScoredDay(Scored):
    """The tables of a scored day and what they say of themselves; ids may be cast to a type."""

    as_of: dt.date
    manifest: Mapping[str, Any]
    feature_parts: tuple[Path, ...]
    scores: ir.Table
    revenue: ir.Table

    @classmethod
    def read(
        cls, connection: Backend, output: OutputFolder, as_of: dt.date, ids: DataType | None = None
    ) -> Self:
        """Read a day's tables, lazily; `ids` is the type of ids of the day it is compared with."""
        folder, features = output.scores(as_of), output.features(as_of)
        scores = _cast(rows_of(connection, parts_of(folder)), ids)
        known = _cast(rows_of(connection, parts_of(features)), ids)
        return cls(
            as_of,
            manifest_of(folder),
            tuple(parts_of(features)),
            scores,
            known.select("customer_id", revenue=known[REVENUE]),
        )

    @property
    def hysteresis(self) -> float:
        """By what share a customer had to pass a boundary to change tier."""
        return float(self.manifest.get("hysteresis", 0.0))

    @property
    def is_matched(self) -> bool:
        """Whether tiers have matched sizes; else each customer's likeliest was taken."""
        assign = self.manifest.get("assign") or self.manifest["config"]["tiers"]["assign"]
        return bool(assign == "matched")

    @cached_property
    def boundaries(self) -> Boundaries | GroupBoundaries | None:
        """Where its tiers ended, before hysteresis; None where they are not matched.

        Where it knows groups, those of each; customers of other groups go by all.
        """
        if not self.is_matched:
            return None
        # Scores from before there was hysteresis have the matched sizes themselves.
        sizes = self.manifest.get("matched_sizes") or list(self.manifest["tiers"].values())
        whole = Boundaries.of_sizes(self.scores, sizes)
        if not self.groups:
            return whole
        own = {name: one["matched_sizes"] for name, one in self.groups.items()}
        return replace(GroupBoundaries.of_sizes(self.scores, own), others=whole)

    def cuts_of(self, group: str) -> tuple[float, ...]:
        """Return where the tiers of a group are cut; those of all where it is not known."""
        known = self.groups.get(group)
        return self.tier_cuts if known is None else tuple(known["tier_cuts"])

    def decided_rank(self, table: ir.Table) -> ir.IntegerValue:
        """Return the tier that rows of scores get by this day's rule, hysteresis left out.

        Where tiers are matched, by this day's boundaries, whatever day the rows are of; else the
        likeliest by the rows' own probabilities.
        """
        if self.boundaries is None:
            return _likeliest(table, self.tier_names)
        if isinstance(self.boundaries, Boundaries):
            return rank_by(self.boundaries, table.expected_value, table.customer_id)
        return _rank_in_group(self.boundaries, table)


def rank_by(boundaries: Boundaries, value: ir.FloatingValue, ids: ir.Value) -> ir.IntegerValue:
    """Return the tier of expected values by boundaries, 0 = best."""
    passed = [
        ibis.literal(True) if end is None else _passed(end, value, ids) for end in boundaries.ends
    ]
    return sum((one.cast("int8") for one in passed), start=ibis.literal(0)).cast("int8")


def _rank_in_group(boundaries: GroupBoundaries, table: ir.Table) -> ir.IntegerValue:
    """Return the tier of rows by the boundaries of their group."""
    assert boundaries.others is not None
    value, ids = table.expected_value, table.customer_id
    otherwise = rank_by(boundaries.others, value, ids)
    if GROUP not in table.columns:
        return otherwise
    own = [
        (table[GROUP] == name, rank_by(one, value, ids))
        for name, one in boundaries.by_group.items()
    ]
    return ibis.cases(*own, else_=otherwise)


def _passed(end: Boundary, value: ir.FloatingValue, ids: ir.Value) -> ir.BooleanValue:
    return (value < end.expected_value) | (
        (value == end.expected_value) & (ids > ibis.literal(end.customer_id, ids.type()))
    )


def _likeliest(table: ir.Table, names: tuple[str, ...]) -> ir.IntegerValue:
    """Return the first of the highest probabilities, as `most_probable` does."""
    chances = [table.tier_probabilities[name] for name in names]
    highest = ibis.greatest(*chances)
    return ibis.cases(*((one == highest, rank) for rank, one in enumerate(chances))).cast("int8")


def _cast(table: ir.Table, ids: DataType | None) -> ir.Table:
    """Return the table with ids of a type: a source may have changed them since."""
    if ids is None or table.customer_id.type() == ids:
        return table
    cast = table.mutate(customer_id=table.customer_id.try_cast(ids))
    return cast.filter(cast.customer_id.notnull())
