"""The rules for each row of a table: one entry of `RULES` per rule, reported by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from tiercast.contract.tables import VALID_FROM, TableSpec

FIRST_PLAUSIBLE = "1970-01-01"
FIRST_IMPLAUSIBLE = "2100-01-01"
LARGEST_AMOUNT = 1e12  # sums are exact in integers of 1/10,000 up to about 9e14
RAW_SUFFIX = "__raw"
OTHER_COLUMNS = "other_columns" + RAW_SUFFIX  # a hash of the source's columns that are not mapped
REPEATED = "repeated" + RAW_SUFFIX  # whether an equal line was counted before
OF_REPEATS = ("duplicate_line", "repeated_line")  # rules that compare lines with each other
VISIBLE = r"[^\s\p{Z}]"  # a character that is no blank, those of Unicode included

Outcome = Literal["quarantined", "kept"]


@dataclass(frozen=True)
class DataRule:
    """One rule: what its rows have in common, how they are handled, how to mend the source.

    `column` returns the column of a table that the rule checks (None: the rule does not apply);
    `flags` returns a boolean expression over the parsed table, true where the rule is broken.
    """

    name: str
    meaning: str
    outcome: Outcome
    handling: str
    remedy: str
    column: Callable[[TableSpec, frozenset[str]], str | None]
    flags: Callable[[ir.Table, str], ir.BooleanValue]


def _named(name: str) -> Callable[[TableSpec, frozenset[str]], str | None]:
    return lambda _spec, present: name if name in present else None


def _time(spec: TableSpec, present: frozenset[str]) -> str | None:
    return spec.time_of(present)


def _time_of_an_event(spec: TableSpec, _present: frozenset[str]) -> str | None:
    return spec.time  # a profile may be true since any day, such as 1900-01-01


def _amount(spec: TableSpec, _present: frozenset[str]) -> str | None:
    return "amount" if spec.name == "transactions" else None


def _lines_of_orders(spec: TableSpec, present: frozenset[str]) -> str | None:
    return "order_id" if spec.name == "transactions" and "order_id" in present else None


def _end(spec: TableSpec, _present: frozenset[str]) -> str | None:
    return "ended_at" if spec.name == "subscriptions" else None


def _profiles(spec: TableSpec, _present: frozenset[str]) -> str | None:
    return "customer_id" if spec.open_ended else None


def raw(table: ir.Table, column: str) -> ir.Value:
    """Return the column with the values of the source, before they were parsed."""
    return table[column + RAW_SUFFIX] if column + RAW_SUFFIX in table.columns else table[column]


def _blank(table: ir.Table, column: str) -> ir.BooleanValue:
    value = table[column]
    if isinstance(value, ir.StringValue):
        return value.isnull() | ~value.re_search(VISIBLE)
    return value.isnull()


def _respelled(table: ir.Table, column: str) -> ir.BooleanValue:
    value, written = table[column], raw(table, column)
    if isinstance(value, ir.StringValue) and isinstance(written, ir.StringValue):
        return (value != written).fill_null(False)
    return ibis.literal(False)


def _holds_nul(table: ir.Table, column: str) -> ir.BooleanValue:
    value = table[column]
    if isinstance(value, ir.StringValue):
        return value.re_search(r"\x00").fill_null(False)
    return ibis.literal(False)


def _unparsable(table: ir.Table, column: str) -> ir.BooleanValue:
    return raw(table, column).notnull() & table[column].isnull()


def _implausible(table: ir.Table, column: str) -> ir.BooleanValue:
    first, last = ibis.timestamp(FIRST_PLAUSIBLE), ibis.timestamp(FIRST_IMPLAUSIBLE)
    return ((table[column] < first) | (table[column] >= last)).fill_null(False)


def _before_start(table: ir.Table, column: str) -> ir.BooleanValue:
    return (table[column] < table.started_at).fill_null(False)


def _not_finite(table: ir.Table, column: str) -> ir.BooleanValue:
    return (table[column].isnan() | table[column].isinf()).fill_null(False)


def _too_large(table: ir.Table, column: str) -> ir.BooleanValue:
    return (table[column].abs() > LARGEST_AMOUNT).fill_null(False) & ~_not_finite(table, column)


def compared(table: ir.Table) -> list[str]:
    """Return the columns in which a line differs from every other, unless it repeats one."""
    return [
        name for name in table.columns if not name.endswith(RAW_SUFFIX) or name == OTHER_COLUMNS
    ]


def is_repeat(columns: Sequence[str]) -> ir.BooleanValue:
    """Return whether an earlier line, in any order of them, has the same values in columns."""
    return ibis.row_number().over(ibis.window(group_by=columns)) > 0


def _repeated(table: ir.Table) -> ir.BooleanValue:
    if REPEATED in table.columns:
        return table[REPEATED]
    return is_repeat(compared(table))


def _repeated_in_order(table: ir.Table, column: str) -> ir.BooleanValue:
    return _repeated(table) & table[column].notnull()


def _repeated_without_order(table: ir.Table, _column: str) -> ir.BooleanValue:
    repeated = _repeated(table)
    return repeated & table.order_id.isnull() if "order_id" in table.columns else repeated


def _repeated_customer(table: ir.Table, column: str) -> ir.BooleanValue:
    order = [name for name in table.columns if not name.endswith(RAW_SUFFIX)]
    keys = [column, VALID_FROM] if VALID_FROM in table.columns else [column]
    return ibis.row_number().over(ibis.window(group_by=keys, order_by=order)) > 0


def _negative(table: ir.Table, column: str) -> ir.BooleanValue:
    return (table[column] < 0).fill_null(False)


def _zero(table: ir.Table, column: str) -> ir.BooleanValue:
    return (table[column] == 0).fill_null(False)


def _quarantine(
    name: str,
    meaning: str,
    remedy: str,
    column: Callable[[TableSpec, frozenset[str]], str | None],
    flags: Callable[[ir.Table, str], ir.BooleanValue],
) -> DataRule:
    return DataRule(
        name, meaning, "quarantined", "row quarantined, not used", remedy, column, flags
    )


RULES: tuple[DataRule, ...] = (
    _quarantine(
        "null_customer",
        "customer is empty, or a word for none such as NULL",
        "leave guests out of the export, or give them ids; where an id stands on the first row of "
        "its group alone, fill it down",
        _named("customer_id"),
        _blank,
    ),
    DataRule(
        "spelling_of_customer",
        "customer differs from its id in blanks at the ends, in upper and lower case, or in `.0`",
        "kept",
        "kept as the same customer as the id without them",
        "write `normalise: []` for the source if these are different customers",
        _named("customer_id"),
        _respelled,
    ),
    _quarantine(
        "nul_in_customer",
        "customer holds the character NUL (U+0000)",
        "remove it from ids in the source; databases cannot hold it in text",
        _named("customer_id"),
        _holds_nul,
    ),
    _quarantine(
        "null_time",
        "time is empty",
        "export the time of every row",
        _time,
        lambda table, column: raw(table, column).isnull(),
    ),
    _quarantine(
        "unparsable_time",
        "time cannot be read",
        "use ISO dates, or set `time_format` for the source: a pattern such as "
        "`%d.%m.%Y %H:%M`, or `epoch_s`, `epoch_ms`, `epoch_us`, `excel`",
        _time,
        _unparsable,
    ),
    _quarantine(
        "implausible_time",
        f"time before {FIRST_PLAUSIBLE} or from {FIRST_IMPLAUSIBLE} on",
        "mend the dates in the source",
        _time_of_an_event,
        _implausible,
    ),
    _quarantine(
        "unparsable_end",
        "end of a contract cannot be read",
        "leave it empty where the contract runs; see `unparsable_time`",
        _end,
        _unparsable,
    ),
    _quarantine(
        "end_before_start",
        "contract ends before it starts",
        "mend the dates in the source",
        _end,
        _before_start,
    ),
    _quarantine(
        "null_amount",
        "amount is empty or not a number",
        "write amounts as numbers: 1234.50; see `decimal` and `thousands` of the source",
        _amount,
        lambda table, column: table[column].isnull(),
    ),
    _quarantine(
        "non_finite_amount",
        "amount is NaN or infinite",
        "mend the computation that made it",
        _amount,
        _not_finite,
    ),
    _quarantine(
        "implausible_amount",
        f"amount beyond {LARGEST_AMOUNT:.0e}",
        "check the currency unit",
        _amount,
        _too_large,
    ),
    _quarantine(
        "duplicate_line",
        "line repeats another of the same order in every column that distinguishes lines",
        "check for files loaded twice",
        _lines_of_orders,
        _repeated_in_order,
    ),
    DataRule(
        "repeated_line",
        "line repeats another in every column of the source (no order_id distinguishes them)",
        "kept",
        "kept: two equal purchases on a day can be real",
        "map `order_id` if the source has one",
        _amount,
        _repeated_without_order,
    ),
    _quarantine(
        "duplicate_customer",
        "customer has more than one profile, or more than one of the same `valid_from`",
        "export one row per customer, or map `valid_from`, the day from which a row is true; the "
        "first in sort order is used",
        _profiles,
        _repeated_customer,
    ),
    DataRule(
        "return",
        "amount below 0",
        "kept",
        "kept as a return: lowers revenue, is no order",
        "nothing to do",
        _amount,
        _negative,
    ),
    DataRule(
        "zero_amount",
        "amount is 0",
        "kept",
        "kept; an order that nets to 0 or less does not count as an order",
        "nothing to do",
        _amount,
        _zero,
    ),
)
