"""A customer base and its activity, for every command that reads the history.

Without a feature store, all order lines are read. With one, only lines of days that are not stored
yet are read; they are joined with the stored days, and complete days are stored in turn.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.output import FeatureStoreConfig
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.config.worth import Worth
from tiercast.contract.report import DataReport
from tiercast.contract.tally import HashSums
from tiercast.feature_store.folder import (
    ASIDE,
    CATEGORY_DAYS,
    ORDERS,
    PRODUCT_DAYS,
    QUARANTINE,
    Changed,
    FeatureStoreFolder,
    Unusable,
)
from tiercast.feature_store.manifest import Manifest, origin
from tiercast.feature_store.update import StoreUpdate, stored_rows
from tiercast.snapshots.activity import CustomerActivity, StoredDays, build_activity
from tiercast.snapshots.cutoffs import as_day, check_as_of
from tiercast.snapshots.far_days import far_days, lines_by_day, refuse_far_days
from tiercast.sources.canonical import CustomerBase, LoadedBase, load_base, open_base
from tiercast.sources.engine import open_engine
from tiercast.sources.local_files import last_changed

MONTHS_SHOWN = 3


@dataclass(frozen=True)
class History:
    """A base, its reduced tables (`made`, if they exist already), and notes on changed lines."""

    base: CustomerBase
    notes: tuple[str, ...] = ()
    made: CustomerActivity | None = None
    requested: dt.date | None = None

    @cached_property
    def activity(self) -> CustomerActivity:
        """The reduced tables, made on first use."""
        base = self.base
        return self.made or build_activity(base.connection, base.tables, base.config)

    @cached_property
    def day(self) -> dt.date:
        """The day that a run works on: the requested one, or the day after the last order line.

        Raises
        ------
        InputError
            None is requested, and the last orders are dated far beyond all others.
        """
        if self.requested is None and self.base.config.kind.has_orders:
            refuse_far_days(far_days(self._lines_by_day()))
        return self.requested or self.base.observed_until

    def _lines_by_day(self) -> list[tuple[dt.date, int]]:
        if self.made is not None:
            return lines_by_day(self.made.orders)
        lines = self.base.transactions
        return lines_by_day(lines.select(ordered_on=lines.ordered_at.date(), lines=1))


NO_DAY = (
    "{name} has a table without dates (`churn: {churn}`), so the day that it is of must be said: "
    "use --as-of YYYY-MM-DD, or write `outlook: {{as_of: YYYY-MM-DD}}` in the config."
)
DAY_OF_FILE = (
    "The table has no dates. Its day is taken to be {day}, when its file was last changed; "
    "--as-of YYYY-MM-DD or `outlook: {{as_of: ...}}` names another."
)


def counted_in(config: Config, worth: Worth) -> Config:
    """Return the config with another value (revenue, margin, ...) to count orders in.

    For models and scores that forecast another value than the config's. The feature store holds
    days in the config's value, so such a history does not use it.
    """
    if config.outlook.worth == worth:
        return config
    outlook = config.outlook.model_copy(update=asdict(worth))
    return config.model_copy(update={"outlook": outlook, "feature_store": None})


def day_of_table(config: Config, as_of: dt.date | str | None, progress: Progress) -> dt.date:
    """Return the day that a table without dates is of: the one asked for, or the config's.

    Where neither says it, it is the day on which the file was last changed, and `progress` shows
    that. The clock is never read: a result must not depend on when it is made.

    Raises
    ------
    InputError
        Nothing says it, because the table is no file of this machine.
    """
    said = as_day(as_of) or config.outlook.as_of
    if said is not None:
        return said
    day = last_changed(config.sources[config.kind.lead])
    values = {"name": config.name, "churn": config.outlook.churn, "day": day}
    if day is None:
        raise InputError.of(NO_DAY, **values)
    progress.say(Message.of(DAY_OF_FILE, **values))
    return day


@contextmanager
def open_history(
    config: Config, as_of: dt.date | str | None = None, progress: Progress | None = None
) -> Iterator[History]:
    """Load a base, with its feature store if it has one.

    `as_of` is the day that the run works on, checked here once for every command. A store only
    takes days that lie `late_days` before it, and before orders dated far beyond all others.

    Raises
    ------
    DataContractError
        A source cannot be used.
    InputError
        `as_of` is no day, or not after the first order line.
    OutputError
        The feature store cannot be written.
    """
    requested = (
        as_day(as_of)
        if config.kind.has_dates
        else day_of_table(config, as_of, progress or Silent())
    )
    with ExitStack() as opened:
        if config.feature_store is None:
            history = History(opened.enter_context(open_base(config)))
        else:
            run = _StoreRun(config, config.feature_store, requested, progress or Silent(), opened)
            with run.folder.locked():
                history = run.load()
        if requested is not None and config.kind.has_dates:
            check_as_of(requested, history.base.first_day)
        yield replace(history, requested=requested)


@dataclass(frozen=True)
class _StoreRun:
    """One run with a feature store; the engine is entered into `opened`."""

    config: Config
    store: FeatureStoreConfig
    as_of: dt.date | None
    progress: Progress
    opened: ExitStack

    @property
    def folder(self) -> FeatureStoreFolder:
        """The store."""
        return FeatureStoreFolder(Path(self.store.path))

    def load(self) -> History:
        """Read the new lines, join them with the stored days, and store complete days."""
        connection, manifest, loaded, notes = self._loaded()
        base = loaded.base
        if manifest is not None:
            base = self._with_stored(connection, base, manifest)
        activity = build_activity(
            connection, base.tables, self.config, self._days(connection, manifest)
        )
        base = replace(base, report=_whole_report(base.report, activity))
        self._extend(connection, manifest, loaded, base, activity)
        return History(base, notes, activity)

    def _loaded(self) -> tuple[Backend, Manifest | None, LoadedBase, tuple[str, ...]]:
        """Open the base with the stored days, or read all lines where these cannot be used.

        If old rows changed, a note says so.
        """
        try:
            manifest = self._manifest()
            connection = self.opened.enter_context(open_engine(self.config))
            loaded = load_base(self.config, connection, manifest.lines)
            _check_columns(manifest, loaded)
            _check_months(manifest, loaded, self.store.late_days)
        except Unusable as reason:
            self.opened.close()
            note = f"Feature store {self.store.path}: {reason}; reading all lines."
            self.progress.say(note)
            connection = self.opened.enter_context(open_engine(self.config))
            notes = (note,) if isinstance(reason, Changed) else ()
            return connection, None, load_base(self.config, connection), notes
        stored = manifest.lines.tally.rows_read
        self.progress.say(
            f"Feature store {self.store.path}: {stored:,} order lines before "
            f"{manifest.lines.until} are stored; reading the others."
        )
        return connection, manifest, loaded, ()

    def _manifest(self) -> Manifest:
        manifest = self.folder.read()
        wanted = origin(self.config)
        for name in wanted:
            if manifest.origin.get(name) != wanted[name]:
                was = manifest.origin.get(name)
                raise Unusable(f"made with {name} {was!r}, now {wanted[name]!r}")
        return manifest

    def _days(self, connection: Backend, manifest: Manifest | None) -> StoredDays | None:
        if manifest is None:
            return None
        return StoredDays(
            stored_rows(self.folder, connection, manifest.of(ORDERS)),
            stored_rows(self.folder, connection, manifest.of(CATEGORY_DAYS)),
            stored_rows(self.folder, connection, manifest.of(PRODUCT_DAYS)),
        )

    def _with_stored(
        self, connection: Backend, base: CustomerBase, manifest: Manifest
    ) -> CustomerBase:
        """Return the base with the stored quarantined lines beside the new ones."""

        def both(table: str, new: ir.Table) -> ir.Table:
            stored = stored_rows(self.folder, connection, manifest.of(table))
            if stored is None:
                return new
            rows = ibis.union(stored.cast(new.schema()), new)
            return connection.create_table(f"{table}__whole", rows)

        bad = both(QUARANTINE, base.quarantine["transactions"])
        assert base.aside is not None  # only bases with orders have a feature store
        aside = both(ASIDE, base.aside)
        return replace(base, quarantine={**base.quarantine, "transactions": bad}, aside=aside)

    def _extend(
        self,
        connection: Backend,
        manifest: Manifest | None,
        loaded: LoadedBase,
        base: CustomerBase,
        activity: CustomerActivity,
    ) -> None:
        far = far_days(lines_by_day(activity.orders))
        newest = far.resumed if far.lines else base.observed_until
        known = min(newest, self.as_of or newest)
        until = known - dt.timedelta(days=self.store.late_days)
        begun = base.first_day if manifest is None else manifest.lines.until
        if until > begun:
            StoreUpdate(self.folder, connection, self.config, manifest).extend(loaded.lines, until)


def _check_columns(manifest: Manifest, loaded: LoadedBase) -> None:
    new = loaded.lines.columns
    if new != manifest.columns:
        changed = sorted({name for name, _ in new.items() ^ dict(manifest.columns).items()})
        raise Unusable(f"the order lines had other columns or types then ({', '.join(changed)})")


def _check_months(manifest: Manifest, loaded: LoadedBase, late_days: int) -> None:
    """Compare the source's old rows with the stored ones: a corrected row changes the hashes."""
    stored, now, none = manifest.lines.months, loaded.lines.older, HashSums(0, 0, 0)
    months = sorted({*stored, *now})
    changed = [month for month in months if stored.get(month, none) != now.get(month, none)]
    if not changed:
        return
    before, rows = (sum(one.get(m, none).rows for m in changed) for one in (stored, now))
    more = f" and {len(changed) - MONTHS_SHOWN} more months" * (len(changed) > MONTHS_SHOWN)
    raise Changed(
        f"order lines of {', '.join(changed[:MONTHS_SHOWN])}{more} changed since they were stored "
        f"({before:,} then, {rows:,} now; where lines often come later than `late_days`, "
        f"{late_days}, raise it)"
    )


def _whole_report(report: DataReport, activity: CustomerActivity) -> DataReport:
    """Return the report with the counts that need all lines: customers and zero orders."""
    orders = activity.orders
    customers = int(orders.customer_id.nunique().execute())
    whole = orders.filter(orders.next_on.isnull())
    zero = int(whole.filter(whole.order_amount == 0).count().execute())
    lines = replace(report.table("transactions"), customers=customers)
    others = tuple(table for table in report.tables if table.table != lines.table)
    return replace(report, tables=(lines, *others), zero_orders=zero)
