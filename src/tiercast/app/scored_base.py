"""One scored day, read whole into a database of its own, from which many requests read at once."""

import datetime as dt
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import ibis
from ibis.backends.duckdb import Backend

from tiercast.app.called import called, called_in_moves
from tiercast.app.whole_day import listed_parts, read_whole
from tiercast.artifacts.dataset import rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.schema import Config
from tiercast.features.usage import USAGE_COLUMNS
from tiercast.reporting.actions import ID as ACTION
from tiercast.reporting.inputs import Inputs, read_inputs
from tiercast.sources.workspace import workspace

TABLE, TO_CONTACT, SCORES = "app_base", "app_to_contact", "app_scores"
WORDS_SHOWN = 30  # of a profile column, the commonest
Result = TypeVar("Result")


@dataclass(frozen=True)
class ScoredBase:
    """A scored day in a DuckDB database of this process.

    `identity` changes when the day is scored again. `inputs` are those of the report; their
    tables belong to the connection that loaded them, so only one thread at a time may use them
    (`lock`). Every request reads through a `cursor` of its own: one connection shared by threads
    answers wrongly without an error. The database is removed with the last reference to it: a
    request that still reads a replaced day keeps it open.
    """

    config: Config
    identity: str
    connection: Backend
    inputs: Inputs
    opened: ExitStack
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: dict[object, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        weakref.finalize(self, self.opened.close)

    @contextmanager
    def cursor(self) -> Iterator[Backend]:
        """Return the database for the thread that asks."""
        with self.connection.con.cursor() as own:
            yield ibis.duckdb.from_connection(own)

    def once(self, key: object, make: Callable[[Inputs], Result]) -> Result:
        """Return what is made of the day's inputs, made at the first call with this key."""
        with self.lock:
            if key not in self.made:
                self.made[key] = make(self.inputs)
            result: Result = self.made[key]
            return result

    @property
    def as_of(self) -> dt.date:
        """The scored day."""
        return self.inputs.as_of

    @property
    def has_label(self) -> bool:
        """Whether the scores are those of a label table, which has no orders."""
        return bool(self.inputs.target.outcome)

    @property
    def tier_names(self) -> tuple[str, ...]:
        """The tiers, best first."""
        return self.inputs.tier_names

    @cached_property
    def segments(self) -> Sequence[str]:
        """The names of the segments."""
        return _words(self, "segment") if "segment" in self.inputs.base.columns else ()

    @cached_property
    def stages(self) -> Sequence[str]:
        """The lifecycle stages that occur; none where there are contracts."""
        has_contracts = self.config.has_contracts
        there = "lifecycle_stage" in self.inputs.base.columns and not has_contracts
        return _words(self, "lifecycle_stage") if there else ()

    @cached_property
    def actions(self) -> Sequence[str]:
        """The names of the plays that customers got; none in scores of earlier versions."""
        return _words(self, ACTION) if ACTION in self.inputs.base.columns else ()

    @cached_property
    def usage(self) -> Mapping[str, Sequence[str]]:
        """The tiers of use and the preferred groups that occur; none where none are scored."""
        columns = self.inputs.base.columns
        return {name: _words(self, name) for name in USAGE_COLUMNS if name in columns}

    @cached_property
    def profiles(self) -> Mapping[str, Sequence[str]]:
        """The commonest words of each profile column."""
        return {name: _words(self, name) for name in self.inputs.profile_columns}


def load_scored(config: Config, day: dt.date) -> ScoredBase:
    """Read a scored day whole; while `score` replaces it, wait for the new one.

    Raises
    ------
    InputError
        The day was not scored, or its features are missing.
    FailedError
        The day was replaced again and again while it was read.
    """

    def read(identity: str) -> ScoredBase:
        with ExitStack() as opened:
            connection = opened.enter_context(workspace())
            inputs = _loaded(connection, config, day)
            return ScoredBase(config, identity, connection, inputs, opened.pop_all())

    return read_whole(config, day, read)


def _loaded(connection: Backend, config: Config, day: dt.date) -> Inputs:
    inputs = read_inputs(connection, config, day)
    files = listed_parts(OutputFolder.of(config).scores(day))
    names = called(connection, config.report, inputs.scores)
    scores = connection.create_table(SCORES, names.in_rows(rows_of(connection, files)))
    base = connection.create_table(TABLE, names.in_rows(inputs.base))
    connection.create_view(TO_CONTACT, replace(inputs, base=base).to_contact)
    report = config.report.model_copy(update={"ids": "full"})  # as everywhere in the app
    shown = config.model_copy(update={"report": report})
    moves = inputs.moves and called_in_moves(inputs.moves, config.report)
    return replace(inputs, config=shown, scores=scores, base=base, moves=moves)


def _words(base: ScoredBase, column: str) -> list[str]:
    with base.cursor() as database:
        table = database.table(TABLE)
        found = table.filter(table[column].notnull()).group_by(word=table[column])
        counted = found.aggregate(n=lambda rows: rows.count())
        most = counted.order_by(ibis.desc("n"), "word").limit(WORDS_SHOWN)
        return sorted(str(word) for word in most.to_pyarrow()["word"].to_pylist())
