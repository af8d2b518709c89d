"""The data report: size and span of each table, and the findings of each rule."""

from dataclasses import asdict, dataclass
from datetime import datetime

import pandas as pd


@dataclass(frozen=True)
class RuleFinding:
    """The finding of one rule in one table: rows, some examples, how they are handled."""

    table: str
    rule: str
    column: str
    rows: int
    outcome: str
    handling: str
    remedy: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableSummary:
    """Size and span of one table: rows as read, rows used, customers, first and last time.

    `money_quarantined` is the share of the money, 0 to 1, in quarantined rows, as far as their
    amounts can be read; None where the table has no amounts.
    """

    table: str
    source: str
    rows_read: int
    rows_used: int
    rows_quarantined: int
    customers: int
    first: datetime | None
    last: datetime | None
    money_quarantined: float | None = None


@dataclass(frozen=True)
class DataReport:
    """Whether the data is fit to use, and what was done with rows that are not."""

    name: str
    tables: tuple[TableSummary, ...]
    findings: tuple[RuleFinding, ...]
    zero_orders: int
    timezone: str = "UTC"

    def table(self, name: str) -> TableSummary:
        """Return the summary of one table."""
        return next(summary for summary in self.tables if summary.table == name)

    def has(self, name: str) -> bool:
        """Return whether there is a table of this name."""
        return any(summary.table == name for summary in self.tables)

    def rows_found(self, rule: str, table: str = "transactions") -> int:
        """Return the number of rows that a rule found in a table; 0 if it does not apply."""
        found = (f.rows for f in self.findings if f.rule == rule and f.table == table)
        return next(found, 0)

    def tables_frame(self) -> pd.DataFrame:
        """Return one row per table."""
        return pd.DataFrame([asdict(summary) for summary in self.tables])

    def findings_frame(self) -> pd.DataFrame:
        """Return one row per rule and table, those without a finding included."""
        rows = [asdict(f) | {"examples": "; ".join(f.examples)} for f in self.findings]
        return pd.DataFrame(rows)
