"""Complete days are reduced, counted and stored; their lines are not read again."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.config.schema import Config
from tiercast.feature_store.folder import (
    ASIDE,
    CATEGORY_DAYS,
    ORDERS,
    PRODUCT_DAYS,
    QUARANTINE,
    FeatureStoreFolder,
)
from tiercast.feature_store.manifest import Manifest, StoredFile, origin
from tiercast.snapshots.orders import (
    category_spend,
    product_spend,
    reduce_to_parts,
    reduce_to_spend_days,
)
from tiercast.sources.screened import Screened


@dataclass(frozen=True)
class StoreUpdate:
    """One extension of a feature store, whose manifest is `before` so far (None: it is empty)."""

    folder: FeatureStoreFolder
    connection: Backend
    config: Config
    before: Manifest | None

    def extend(self, lines: Screened, until: dt.date) -> Manifest:
        """Store the days of these lines before `until`, too, and return the new manifest.

        The old manifest and its files stay until the new one is written.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        part = lines.before(until)
        dropped, added = self._write(part, until)
        counted = part.counted(until)
        manifest = Manifest(
            origin(self.config),
            lines.columns,
            counted if self.before is None else self.before.lines + counted,
            tuple(file for file in self._files() if file not in dropped) + tuple(added),
        )
        self.folder.commit(manifest)
        return manifest

    def _files(self) -> tuple[StoredFile, ...]:
        return () if self.before is None else self.before.files

    def _write(self, part: Screened, until: dt.date) -> tuple[list[StoredFile], list[StoredFile]]:
        """Write the files of each table; return the files that these replace, and the new ones."""
        dropped, added = [], []
        for table, rows, time in _stored_rows(part, self.config):
            held = self.connection.create_table(f"{table}__stored", rows, temp=True)
            for month, new in _by_month(held, time, until):
                name = f"{month:%Y-%m}"
                small = self._small_files(table, month, until)
                added.append(self.folder.write(table, name, self._joined(small, new)))
                dropped += small
            self.connection.drop_table(f"{table}__stored")
        return dropped, added

    def _small_files(self, table: str, month: dt.date, until: dt.date) -> list[StoredFile]:
        """Return a month's files once it has ended, to be joined: one a day would be too many."""
        ends = (month + dt.timedelta(days=31)).replace(day=1)
        if self.before is None or ends > until:
            return []
        return self.before.of(table, f"{month:%Y-%m}")

    def _joined(self, files: list[StoredFile], new: ir.Table) -> ir.Table:
        old = stored_rows(self.folder, self.connection, files)
        return new if old is None else ibis.union(old.cast(new.schema()), new)


def stored_rows(
    folder: FeatureStoreFolder, connection: Backend, files: list[StoredFile]
) -> ir.Table | None:
    """Return the rows of some files, lazily; None without any."""
    if not files:
        return None
    return connection.read_parquet([folder.path / file.file for file in files])


def _stored_rows(part: Screened, config: Config) -> Iterator[tuple[str, ir.Table, str | None]]:
    """Return the tables that are stored of some lines, each with its column of days."""
    good = part.good
    yield ORDERS, reduce_to_parts(good, config), "ordered_on"
    spent = {CATEGORY_DAYS: category_spend(good), PRODUCT_DAYS: product_spend(good)}
    for table, spend in spent.items():
        if spend is not None:
            yield table, reduce_to_spend_days(spend), "bought_at"
    yield QUARANTINE, part.bad, None
    yield ASIDE, part.counts_by_rule(), "day"


def _by_month(
    rows: ir.Table, time: str | None, until: dt.date
) -> Iterator[tuple[dt.date, ir.Table]]:
    """Return the rows of each month; rows without a day count to the newest month."""
    if time is None:
        if rows.limit(1).count().execute():
            yield (until - dt.timedelta(days=1)).replace(day=1), rows
        return
    month = rows[time].cast("date").truncate("M")
    for first in rows.select(month=month).distinct().order_by("month").to_pyarrow()["month"]:
        yield first.as_py(), rows.filter(month == first.as_py())
