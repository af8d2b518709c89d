"""A source split at a day: rows that are read, and older ones that need not be read."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True)
class Since:
    """A day of a zone, and the source's own column of times; rows without a time count as newer.

    If times are text, all rows count as newer: the contract reads them later.
    """

    column: str
    day: dt.date
    timezone: str = "UTC"

    def newer(self, rows: ir.Table) -> ir.Table:
        """Return the rows at or after the day, and those without a time."""
        limit = self._limit(rows)
        if limit is None:
            return rows
        time = rows[self.column]
        return rows.filter((time >= limit) | time.isnull())

    def older(self, rows: ir.Table) -> ir.Table:
        """Return the rows before the day."""
        limit = self._limit(rows)
        return rows.limit(0) if limit is None else rows.filter(rows[self.column] < limit)

    def _limit(self, rows: ir.Table) -> ir.Scalar | None:
        """Return the day's midnight in the column's type, so that file parts can be skipped."""
        kind = rows[self.column].type() if self.column in rows.columns else None
        if kind is None or not (kind.is_date() or kind.is_timestamp()):
            return None
        is_zoned = kind.is_timestamp() and kind.timezone is not None
        zone = zoneinfo.ZoneInfo(self.timezone) if is_zoned else None
        midnight = dt.datetime.combine(self.day, dt.time(), zone)
        return ibis.literal(self.day if kind.is_date() else midnight, type=kind)
