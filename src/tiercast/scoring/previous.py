"""The last scores before a date, by customer, and signals of the orders since then."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
from ibis.backends.sql import SQLBackend
from ibis.expr.datatypes import DataType

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import SortedDays
from tiercast.modeling.target import Target
from tiercast.scoring.signals import SIGNALS, signals

PREVIOUS = pa.schema(
    [
        ("previous_tier", pa.string()),
        ("previous_churn_probability", pa.float64()),
        ("previous_lifecycle_stage", pa.string()),
        ("previous_expected_value", pa.float64()),
        ("previous_segment", pa.string()),
    ]
)
COLUMNS = {name: name.removeprefix("previous_") for name in PREVIOUS.names}
NAMES = (*PREVIOUS.names, *SIGNALS.names)


@dataclass(frozen=True)
class PreviousScores:
    """Scores of an earlier date, looked up by customer.

    `signals` holds what rules of alerts ask of the orders since then; None: no rule asks.
    `note` names later scores that are not compared, since they forecast another target.
    """

    as_of: dt.date | None
    folder: Path | None
    signals: ir.Table | None = None
    note: str | None = None

    def of(self, connection: SQLBackend, rows: pd.DataFrame) -> pd.DataFrame:
        """Return `previous_tier` and the like for each row of a part, in its order."""
        if self.folder is None:
            return no_previous(rows)
        ids = ibis.memtable(rows[["customer_id"]])
        previous = self.beside(connection, ids).to_pandas()
        aligned = rows[["customer_id"]].merge(previous, on="customer_id", how="left")
        columns = aligned.drop(columns="customer_id").set_index(rows.index)
        return columns.reindex(columns=[*NAMES])

    def beside(self, connection: SQLBackend, table: ir.Table) -> ir.Table:
        """Return a table by customer with `previous_tier` and the like, if there are any."""
        if self.folder is None:
            return table
        chosen = self.chosen(connection, table.customer_id.type())
        known = table.left_join(chosen, "customer_id").drop("customer_id_right")
        if self.signals is None:
            return known
        joined = known.left_join(self.signals, "customer_id").drop("customer_id_right")
        return joined.mutate(**{name: joined[name].fill_null(0.0) for name in SIGNALS.names})

    def watching(
        self, connection: SQLBackend, orders: ir.Table, as_of: dt.date
    ) -> "PreviousScores":
        """Return the same with the signals as of `as_of`, held in the engine."""
        if self.as_of is None:
            return self
        since = signals(orders, as_of, self.as_of)
        name = ibis.util.gen_name("signals")  # a connection may see several days
        return replace(self, signals=connection.create_table(name, since, temp=True))

    def chosen(self, connection: SQLBackend, ids: DataType) -> ir.Table:
        """Return the `previous_*` columns by customer id, of type `ids`; there must be scores."""
        assert self.folder is not None
        stored = connection.read_parquet(sorted(self.folder.glob("part-*.parquet")))
        there = {name: of for name, of in COLUMNS.items() if of in stored.columns}
        chosen = stored.select("customer_id", **{name: stored[of] for name, of in there.items()})
        # A source may have changed its ids from numbers to text since.
        return chosen.mutate(customer_id=chosen.customer_id.try_cast(ids))


def no_previous(rows: pd.DataFrame) -> pd.DataFrame:
    """Return empty `previous_*` columns and signals for each row."""
    return pd.DataFrame({name: pd.Series(pd.NA, rows.index, dtype="object") for name in NAMES})


def last_scores_before(output: OutputFolder, as_of: dt.date, target: Target) -> PreviousScores:
    """Return the newest scores of a target before `as_of`; empty ones if there are none."""
    days = output.sort_days((day for day in output.scored_dates() if day < as_of), target)
    if not days.alike:
        return PreviousScores(None, None, note=_passed_over(days, None))
    last = days.alike[-1]
    return PreviousScores(last, output.scores(last), note=_passed_over(days, last))


def _passed_over(days: SortedDays, last: dt.date | None) -> str | None:
    """Return a note on scores newer than the `last` of the target; None where there are none."""
    newer = days.since(last).left_out()
    if not newer:
        return None
    if last is None:
        changes = "nobody has a previous tier, and no alert reports a change"
    else:
        changes = f"changes of tier, and alerts of changes, are those since {last}"
    return f"These scores forecast {days.target}: {changes}. Not compared: {newer}."
