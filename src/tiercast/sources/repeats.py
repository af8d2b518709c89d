"""Lines that repeat another, found among the few whose hash stands twice.

To compare all columns of all lines, an engine sorts the lines. For nine million of them that took
DuckDB 19 seconds, their hashes and the comparison of those alike 8.
"""

from collections.abc import Sequence

import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from tiercast.contract.data_rules import (
    OF_REPEATS,
    RAW_SUFFIX,
    REPEATED,
    DataRule,
    compared,
    is_repeat,
)
from tiercast.contract.screening import flag
from tiercast.sources.hashes import row_hash

HASH = "hash" + RAW_SUFFIX


def flagged(
    connection: SQLBackend, name: str, rows: ir.Table, rules: Sequence[tuple[DataRule, str]]
) -> ir.Table:
    """Return the rows with a flag per rule, stored in the engine by the name."""
    of_repeats = [one for one in rules if one[0].name in OF_REPEATS]
    if not of_repeats:
        return connection.create_table(name, flag(rows, rules))
    others = flag(rows, [one for one in rules if one not in of_repeats])
    found = _with_repeats(connection, name, others, compared(rows))
    return flag(found, of_repeats).drop(REPEATED)


def _with_repeats(
    connection: SQLBackend, name: str, rows: ir.Table, columns: Sequence[str]
) -> ir.Table:
    """Return the rows with `REPEATED`; those of one hash are compared in the columns given."""
    hashed = connection.create_table(name, rows.mutate(**{HASH: row_hash(rows, columns)}))
    counts = hashed.group_by(HASH).agg(rows=hashed.count())
    several = hashed.semi_join(counts.filter(counts.rows > 1), HASH)
    alike = connection.create_table(
        f"{name}__alike", several.mutate(**{REPEATED: is_repeat(columns)})
    )
    others = hashed.anti_join(alike, HASH).mutate(**{REPEATED: False})
    return others.union(alike).drop(HASH)
