"""Features derived from counted ones, each level of them in one SELECT."""

from collections.abc import Sequence

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from tiercast.features.feature import Feature, Setting
from tiercast.features.plugins import counted


def with_derived(table: ir.Table, features: Sequence[Feature], setting: Setting) -> ir.Table:
    """Return the table with the derived features, each level of them in one SELECT."""
    derived = [f for f in features if f.grain is None and f.expression is not None]
    for level in _levels(derived, table, setting):
        table = table.mutate(**{f.name: counted(f, table, setting) for f in level})
    return table


def _levels(derived: Sequence[Feature], table: ir.Table, setting: Setting) -> list[list[Feature]]:
    """Return the derived features by level: each is counted from those of levels before its own.

    A SELECT for each feature would repeat all columns so many times; planning took longer then
    than counting.
    """
    types, level_of = dict(table.schema().items()), dict[str, int]()
    for feature in derived:
        value = counted(feature, ibis.table(types, name="features"), setting)
        used = {field.name for field in value.op().find(ops.Field)}
        level_of[feature.name] = 1 + max((level_of.get(name, 0) for name in used), default=0)
        types[feature.name] = value.type()
    return [
        [f for f in derived if level_of[f.name] == level]
        for level in sorted(set(level_of.values()))
    ]
