"""Who changed tier between two scored days, with the money expected on each, from the scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import parts_of, rows_of
from tiercast.segments.tiers import tier_rank

NEW, GONE = "new", "gone"
LISTED = 10  # customers who rose, and who fell


@dataclass(frozen=True)
class Moves:
    """Customers of two scored days of one target, with the same tiers.

    `ways` has a row per tier before (or `new`) and tier now (or `gone`): before, now, customers,
    expected_value_before, expected_value_now (money). `risen` and `fallen` have customer_id and
    the same of those whose expected value rose or fell most with their tier.
    """

    before: date
    now: date
    ways: pd.DataFrame
    risen: pd.DataFrame
    fallen: pd.DataFrame


def read_moves(
    connection: Backend, folders: tuple[Path, Path], days: tuple[date, date], names: Sequence[str]
) -> Moves:
    """Return the moves between the scores in two folders, of two days; `names` are the tiers."""
    then, now = (_scores(connection, folder) for folder in folders)
    table = connection.create_table("report_moves", _joined(then, now), overwrite=True)
    # Null for the new and the gone.
    steps = tier_rank(table.before, names) - tier_rank(table.now, names)
    gain = table.expected_value_now - table.expected_value_before
    risen = table.filter(steps > 0, gain > 0).order_by(gain.desc(), "customer_id")
    fallen = table.filter(steps < 0, gain < 0).order_by(gain.asc(), "customer_id")
    listed = (rows.limit(LISTED).to_pandas() for rows in (risen, fallen))
    return Moves(*days, _ways(table, names), *listed)


def _scores(connection: Backend, folder: Path) -> ir.Table:
    scores = rows_of(connection, parts_of(folder))
    return scores.select("tier", "expected_value", customer_id=scores.customer_id.cast("string"))


def _joined(then: ir.Table, now: ir.Table) -> ir.Table:
    both = then.outer_join(now, "customer_id")
    return both.select(
        customer_id=ibis.coalesce(both.customer_id, both.customer_id_right),
        before=both.tier.fill_null(NEW),
        now=both.tier_right.fill_null(GONE),
        expected_value_before=both.expected_value.fill_null(0.0),
        expected_value_now=both.expected_value_right.fill_null(0.0),
    )


def _ways(table: ir.Table, names: Sequence[str]) -> pd.DataFrame:
    found = table.group_by("before", "now").aggregate(
        customers=table.count(),
        expected_value_before=table.expected_value_before.sum(),
        expected_value_now=table.expected_value_now.sum(),
    )
    place = {name: number for number, name in enumerate([*names, NEW, GONE])}
    return found.to_pandas().sort_values(
        ["before", "now"], key=lambda column: column.map(place), ignore_index=True
    )
