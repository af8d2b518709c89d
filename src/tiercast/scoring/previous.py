"""The last scoring before a date: what each customer was told then."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.sql import SQLBackend
from ibis.expr.datatypes import DataType

from tiercast.artifacts.scored_days import scored_dates, scores_folder

COLUMNS = ("tier", "churn_probability", "lifecycle_stage")
NAMES = {f"previous_{name}": name for name in COLUMNS}


@dataclass(frozen=True)
class PreviousScores:
    """Scores of an earlier date, looked up by customer."""

    as_of: dt.date | None
    folder: Path | None

    def of(self, connection: SQLBackend, rows: pd.DataFrame) -> pd.DataFrame:
        """Answer `previous_tier` and the like for each row of a part, in its order."""
        if self.folder is None:
            return nothing_told(rows)
        asked = ibis.memtable(rows[["customer_id"]])
        chosen = self._chosen(connection, asked.customer_id.type())
        found = asked.inner_join(chosen, "customer_id").to_pandas()
        aligned = rows[["customer_id"]].merge(found, on="customer_id", how="left")
        return aligned.drop(columns="customer_id").set_index(rows.index)

    def beside(self, connection: SQLBackend, table: ir.Table) -> ir.Table:
        """Answer a table by customer with `previous_tier` and the like, if there are any."""
        if self.folder is None:
            return table
        chosen = self._chosen(connection, table.customer_id.type())
        return table.left_join(chosen, "customer_id").drop("customer_id_right")

    def _chosen(self, connection: SQLBackend, ids: DataType) -> ir.Table:
        assert self.folder is not None
        stored = connection.read_parquet(sorted(self.folder.glob("part-*.parquet")))
        chosen = stored.select("customer_id", *COLUMNS).rename(NAMES)
        # A source may have changed its ids from numbers to text since.
        return chosen.mutate(customer_id=chosen.customer_id.try_cast(ids))


def nothing_told(rows: pd.DataFrame) -> pd.DataFrame:
    """Answer empty `previous_*` columns for each row."""
    return pd.DataFrame({name: pd.Series(pd.NA, rows.index, dtype="object") for name in NAMES})


def last_scores_before(output: Path, as_of: dt.date) -> PreviousScores:
    """Answer the newest scores older than `as_of`; empty ones if there are none."""
    older = [day for day in scored_dates(output) if day < as_of]
    if not older:
        return PreviousScores(None, None)
    return PreviousScores(older[-1], scores_folder(output, older[-1]))
