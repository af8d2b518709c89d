"""The newest scored day: its scores, and the rows of each customer that they were made from."""

import datetime as dt
import hashlib
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb
import pyarrow as pa
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import MANIFEST_FILE, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.targets import Scored
from tiercast.config.errors import InputError
from tiercast.config.progress import Progress
from tiercast.config.schema import Config, TableName
from tiercast.config.usage import DISCOVERED
from tiercast.feature_store.history import History, counted_in, open_history
from tiercast.lists.base import ListBase
from tiercast.serving.posted import example_of

SCORES, LISTS = "live_scores", "live_lists"
FIRST_CUSTOMER = f"SELECT min(customer_id) FROM {SCORES}"
NOT_SERVED = (
    "`serve` answers for bases of orders on this machine; {name} has {what}. Score it with "
    "`tiercast score CONFIG`."
)


@dataclass(frozen=True)
class StoredDay(Scored):
    """A scored day in a DuckDB database of this process, removed with the last reference to it.

    Every request reads through a cursor of its own: one connection shared by threads answers
    wrongly without an error.
    """

    config: Config
    as_of: dt.date
    identity: str
    manifest: Mapping[str, Any]
    history: History
    opened: ExitStack
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        weakref.finalize(self, self.opened.close)

    @property
    def connection(self) -> Backend:
        """The database."""
        connection: Backend = self.history.base.connection
        return connection

    @cached_property
    def schemas(self) -> dict[TableName, pa.Schema]:
        """The columns of each canonical table."""
        tables = self.history.base.tables
        return {name: table.schema().to_pyarrow() for name, table in tables.items()}

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Return the database for the thread that asks."""
        with self.connection.con.cursor() as own:
            yield own

    def example(self) -> dict[str, Any]:
        """Return a request to `/score` that this day answers."""
        with self.cursor() as own:
            (one,) = own.execute(FIRST_CUSTOMER).fetchone() or (1,)
        return example_of(one, self.as_of)

    def rows_of(self, customer_ids: Sequence[int | str]) -> dict[TableName, pa.Table]:
        """Return the canonical rows of customers; none for ids that are not stored."""
        if not customer_ids:
            return {name: schema.empty_table() for name, schema in self.schemas.items()}
        with self.cursor() as own:
            return {name: _rows(own, _sorted(name), customer_ids) for name in self.schemas}


def _rows(own: duckdb.DuckDBPyConnection, table: str, customer_ids: Sequence[Any]) -> pa.Table:
    ids = list(customer_ids)
    # An equality with a constant skips the blocks of other customers.
    which = "= ?" if len(ids) == 1 else "IN (SELECT unnest(?))"
    values = ids if len(ids) == 1 else [ids]
    query = f'SELECT * FROM "{table}" WHERE customer_id {which}'
    return own.execute(query, values).to_arrow_table()


def _sorted(name: str) -> str:
    return f"{name}__of_customer"


def open_stored(config: Config, progress: Progress) -> StoredDay:
    """Read the newest scored day and the base behind it.

    Raises
    ------
    InputError
        Nothing was scored, the folder is another base's, or the base has no orders.
    """
    _refuse_others(config)
    output = OutputFolder.of(config)
    refuse_other_base(output.path, config.name)
    day = output.scored_day()
    identity = identity_of(config, day)
    counted = counted_in(config, output.target(day).worth)
    with ExitStack() as opened:
        history = opened.enter_context(open_history(counted, day, progress))
        connection = history.base.connection
        progress.stage("sort rows by customer")
        for name, table in history.base.tables.items():
            connection.create_table(_sorted(name), table.order_by("customer_id"))
        parts = [output.scores(day) / part["file"] for part in output.manifest(day)["parts"]]
        scores = rows_of(connection, parts).order_by("customer_id")
        connection.create_table(SCORES, scores)
        base = ListBase.read(connection, config, day)
        connection.create_table(LISTS, base.table)
        base.refuse_if_scored_again()
        return StoredDay(config, day, identity, base.manifest, history, opened.pop_all())


def identity_of(config: Config, day: dt.date) -> str:
    """Return what changes when a day is scored again."""
    file = OutputFolder.of(config).scores(day) / MANIFEST_FILE
    return hashlib.sha256(file.read_bytes()).hexdigest()


def newest_identity(config: Config) -> str:
    """Return the identity of the newest scored day."""
    return identity_of(config, OutputFolder.of(config).scored_day())


def _refuse_others(config: Config) -> None:
    what = {
        "churn: label (a table without dates)": not config.kind.has_orders,
        "churn: subscription (contracts)": config.has_contracts,
        f"engine: {config.engine}": config.on_spark,
        f"customer: {config.customer}": config.customer == "account",
        f"by: {config.by}": config.by is not None,  # tiers are those of each group
        f"usage.preferences: {DISCOVERED}": config.usage is not None
        and config.usage.preferences == DISCOVERED,  # groups are found in the whole base
    }
    for one, is_so in what.items():
        if is_so:
            raise InputError.of(NOT_SERVED, name=config.name, what=one)
