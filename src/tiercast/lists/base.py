"""The table that lists choose from: a scored day's scores, features and profile, and six more."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import MANIFEST_FILE, manifest_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import Scored
from tiercast.config.errors import InputError, OutputError
from tiercast.config.schema import Config
from tiercast.lists.holdout import is_held_out
from tiercast.segments.tiers import tier_rank

BIG_ORDER_DUE = "big_order_due_days"


@dataclass(frozen=True)
class ListBase(Scored):
    """A scored day: `table` has a row per customer, with the columns of `with_list_columns`.

    Customers of the global holdout are in it only where `read` was asked for them.
    """

    as_of: dt.date
    manifest: Mapping[str, Any]
    table: ir.Table
    manifests: Mapping[Path, bytes]

    @classmethod
    def read(
        cls, connection: Backend, config: Config, day: dt.date, *, with_holdout: bool = False
    ) -> Self:
        """Read the tables of a scored day by their manifests.

        Raises
        ------
        InputError
            Scores or features of the day are missing.
        """
        output = OutputFolder.of(config)
        folders = output.scores(day), output.features(day)
        manifests = {folder: _manifest_bytes(folder, day) for folder in folders}
        scores, features = (
            rows_of(connection, [folder / p["file"] for p in manifest_of(folder)["parts"]])
            for folder in folders
        )
        manifest = manifest_of(output.scores(day))
        table = with_list_columns(joined(scores, features), tuple(manifest["tiers"]))
        if not with_holdout:
            table = table.filter(~is_held_out(table.customer_id, config))
        return cls(day, manifest, table, manifests)

    @cached_property
    def profile_columns(self) -> tuple[str, ...]:
        """Columns with words about customers, contact data among them."""
        own = {*self.table.columns[: self.table.columns.index("run_id") + 1]}
        kinds = self.table.schema().items()
        return tuple(name for name, kind in kinds if kind.is_string() and name not in own)

    def refuse_if_scored_again(self) -> None:
        """Refuse what was read if another job has replaced the day's scores since.

        Raises
        ------
        OutputError
            It has.
        """
        for folder, before in self.manifests.items():
            if _manifest_bytes(folder, self.as_of) != before:
                raise OutputError(f"{folder} was written again while it was read; run this again.")


def joined(scores: ir.Table, features: ir.Table) -> ir.Table:
    """Return scores with the columns of features beside them, one row per customer."""
    more = features.drop(*(c for c in features.columns if c in scores.columns[1:]))
    return scores.left_join(more, "customer_id").drop("customer_id_right")


def with_list_columns(table: ir.Table, tier_names: Sequence[str]) -> ir.Table:
    """Return a table of scores with six columns that lists filter and order by.

    `tier_rank` (0 = best) and `tiers_below` (0 = last tier); `better_tier_probability`;
    `value_if_ordering` (money: expected value, given an order within the horizon);
    `value_at_stake` (money); `days_to_next_order`, from the day of the scores; where the features
    are there, `big_order_due_on`, the date on which a yearly big order is due.
    """
    last = len(tier_names) - 1
    rank = tier_rank(table.tier, tier_names)
    columns: dict[str, ir.Value] = {
        "tier_rank": rank,
        "tiers_below": (last - rank).cast("int8"),
        "better_tier_probability": _better(table, tier_names),
        **_money_columns(table),
    }
    if "next_order_date" in table.columns:
        days = table.next_order_date.delta(table.as_of, unit="day")
        columns["days_to_next_order"] = days.cast("int64")
    if BIG_ORDER_DUE in table.columns:
        columns["big_order_due_on"] = due_on(table)
    return table.mutate(**columns)


def due_on(table: ir.Table) -> ir.DateValue:
    """Return the date on which the big order of a year ago is due; null: none is."""
    days = table[BIG_ORDER_DUE].floor().cast("int64")
    return (table.as_of.cast("timestamp") + days.as_interval("D")).date()


def _money_columns(table: ir.Table) -> dict[str, ir.Value]:
    """Return the value given an order (or that the customer stays) and that at stake.

    A label table has no past revenue: what is at stake is the value if the customer stays. One
    without a value column has neither.
    """
    if "expected_value" not in table.columns:
        return {}
    orders = 1 - table.churn_probability
    given_order = ibis.ifelse(orders > 0, table.expected_value / orders, 0.0)
    at_stake = (
        value_at_stake(table) if _has_orders(table) else table.churn_probability * given_order
    )
    return {"value_if_ordering": given_order, "value_at_stake": at_stake}


def _has_orders(table: ir.Table) -> bool:
    return "revenue_365d" in table.columns and "lifecycle_stage" in table.columns


def value_at_stake(table: ir.Table) -> ir.FloatingValue:
    """Return the money at stake: churn risk times the value of the last 365 days.

    Who brought nothing in these days, or sent more back, has nothing at stake.
    """
    past = table.revenue_365d.cast("float64")
    known = past.notnull() & ~past.isnan() & (past > 0)
    return table.churn_probability * ibis.ifelse(known, past, 0.0)


def _better(table: ir.Table, tier_names: Sequence[str]) -> ir.FloatingValue:
    """Return the probability of a tier above the assigned one."""
    chances = [_chance(table.tier_probabilities, name) for name in tier_names]
    sums = (sum(chances[:n], start=ibis.literal(0.0)) for n in range(len(chances)))
    return ibis.cases(*((table.tier == n, s) for n, s in zip(tier_names, sums, strict=True)))


def _chance(column: Any, name: str) -> ir.NumericValue:
    return column[name] if column.type().is_struct() else column.get(name, 0.0)


def _manifest_bytes(folder: Path, day: dt.date) -> bytes:
    try:
        return (folder / MANIFEST_FILE).read_bytes()
    except FileNotFoundError:
        raise InputError(
            f"A list needs the tables in {folder}, but they are gone; run "
            f"`tiercast score CONFIG --as-of {day}` again."
        ) from None
