"""The frozen assignments of a campaign: who was drawn into which arm, and their scores then."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import MANIFEST_FILE, DatasetWriter, manifest_of, parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.contract.keyed_share import keyed_share

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")  # of a campaign, and of its folder
BATCH_ROWS = 25_000
CONTACTS_FILE = "contacts.parquet"
SCORES = ("expected_value", "churn_probability", "tier", "model_version")


@dataclass(frozen=True)
class Assignments:
    """A campaign as it was drawn; `folder` has the rows, `contacts.parquet` and the manifest.

    `arms` holds the planned share of each arm, `control` the arm that is left alone, `start` the
    first day of the window in which outcomes count, `scored_on` the day of the scores.
    """

    folder: Path
    campaign: str
    list: str
    arms: Mapping[str, float]
    control: str
    start: dt.date
    scored_on: dt.date
    limit: int | None
    customers: Mapping[str, int]

    @classmethod
    def read(cls, output: OutputFolder, campaign: str) -> Self | None:
        """Return the assignments of a campaign, None where it was not assigned."""
        folder = output.experiment(campaign)
        if not NAME.fullmatch(campaign) or not (folder / MANIFEST_FILE).is_file():
            return None
        facts = manifest_of(folder)
        names = ("campaign", "list", "arms", "control", "limit", "customers")
        known: dict[str, Any] = {name: facts[name] for name in names}
        for name in ("start", "scored_on"):
            known[name] = dt.date.fromisoformat(facts[name])
        return cls(folder=folder, **known)

    def rows(self, connection: Backend) -> ir.Table:
        """Return a row per customer: customer_id, arm, start, scored_on and the scores then."""
        return rows_of(connection, parts_of(self.folder))


def drawn(table: ir.Table, key: str, arms: Mapping[str, float]) -> ir.Table:
    """Return the rows of customers with the `arm` of each, by a keyed hash of its id."""
    share, end, cases = keyed_share(table.customer_id, key), 0.0, []
    for name, size in arms.items():
        end += size
        cases.append((share < end, name))
    *first, (_, last) = cases
    return table.mutate(arm=ibis.cases(*first, else_=last) if first else ibis.literal(last))


def freeze(folder: Path, rows: ir.Table, contacts: ir.Table, facts: Mapping[str, Any]) -> None:
    """Write the assignments and the contacts of those who are not left alone.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; nothing of it is visible then.
    """
    with DatasetWriter(folder) as writer:
        for batch in _batches(rows):
            writer.write(batch)
        contacts.to_parquet(writer.staging / CONTACTS_FILE)
        writer.describe(facts)


def _batches(rows: ir.Table) -> Iterator[Any]:
    ordered = rows.order_by("customer_id")
    yield from ordered.to_pyarrow_batches(chunk_size=BATCH_ROWS)
