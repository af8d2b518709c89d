"""How the app calls customers: by their ids, or by the pseudonyms that the config asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from tiercast.config.report import ReportConfig
from tiercast.reporting.moves import Moves

OWN_ID, NAMES = "own__customer_id", "app_names"


@dataclass(frozen=True)
class Called:
    """The pseudonym of each customer of a scored day; `names` is None where ids are shown."""

    names: ir.Table | None = None

    def in_rows(self, rows: ir.Table) -> ir.Table:
        """Return rows whose customers are called so; `own__customer_id` keeps their ids."""
        if self.names is None:
            return rows
        both = rows.inner_join(self.names, "customer_id")
        others = {name: both[name] for name in rows.columns if name != "customer_id"}
        return both.select(customer_id=both.pseudonym, **others, **{OWN_ID: both.customer_id})


def called_in_list(
    rows: Sequence[dict[str, object]], report: ReportConfig
) -> list[dict[str, object]]:
    """Return rows of customers, called as the config asks for."""
    if report.ids != "pseudonymous":
        return [*rows]
    return [{**row, "customer_id": report.pseudonym(row["customer_id"])} for row in rows]


def called_in_moves(moves: Moves, report: ReportConfig) -> Moves:
    """Return moves whose lists call customers as the config asks for."""
    if report.ids != "pseudonymous":
        return moves
    risen, fallen = (
        rows.assign(customer_id=[report.pseudonym(one) for one in rows["customer_id"]])
        for rows in (moves.risen, moves.fallen)
    )
    return replace(moves, risen=risen, fallen=fallen)


def called(connection: Backend, report: ReportConfig, scores: ir.Table) -> Called:
    """Return how the customers of a scored day are called."""
    if report.ids != "pseudonymous":
        return Called()
    ids = scores.select("customer_id").to_pyarrow()["customer_id"]
    names = pa.table(
        {"customer_id": ids, "pseudonym": list(map(report.pseudonym, ids.to_pylist()))}
    )
    return Called(connection.create_table(NAMES, names))
