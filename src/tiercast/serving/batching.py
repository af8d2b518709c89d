"""Dynamic batching: requests that wait at the same time are scored in one run.

A run takes about as long for a hundred customers as for one: planning and pandas cost by run.
"""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from tiercast.config.schema import TableName
from tiercast.serving.live_model import LiveModel, rows_of
from tiercast.serving.posted import MOST_CUSTOMERS, MOST_ROWS

CustomerIds = Sequence[int | str]
IDS = ("customer_id", "referred_customer_id")


@dataclass(eq=False)
class QueuedRequest:
    """A request that waits: the rows, the customers to score, and their run once it is over.

    `about` are the ids, as text, of all whom the rows name, those brought among them: requests
    that share one are not scored together. `size` is the number of rows.
    """

    rows: Mapping[TableName, pa.Table]
    customer_ids: CustomerIds
    about: frozenset[str]
    size: int
    run: "Future[pa.Table] | None" = None

    @classmethod
    def of(cls, rows: Mapping[TableName, pa.Table], customer_ids: CustomerIds) -> "QueuedRequest":
        """Return the request of rows and the customers to score."""
        columns = [
            table[name] for table in rows.values() for name in IDS if name in table.column_names
        ]
        named = {str(one) for column in columns for one in column.unique().to_pylist()}
        size = sum(table.num_rows for table in rows.values())
        return cls(rows, customer_ids, frozenset(named | set(map(str, customer_ids))), size)


@dataclass(frozen=True)
class Batcher:
    """A model's queue of requests; one run takes place at a time."""

    model: LiveModel
    waiting: list[QueuedRequest] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    runner: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))

    def score(self, rows: Mapping[TableName, pa.Table], customer_ids: CustomerIds) -> pa.Table:
        """Return the score rows of customers, scored together with those who wait, too."""
        own = QueuedRequest.of(rows, customer_ids)
        self.waiting.append(own)
        with self.turn:  # meanwhile another thread may have scored this request
            while own.run is None:
                self._run(self._next())
        return rows_of(own.run.result(), customer_ids)

    def _next(self) -> list[QueuedRequest]:
        """Take the oldest requests that can be scored together, within the limits of one.

        Rows of a customer who is in two requests stay apart: each answers as if it were alone.
        """
        taken: list[QueuedRequest] = []
        seen: set[str] = set()
        size = 0
        for one in list(self.waiting):
            fits = len(seen | one.about) <= MOST_CUSTOMERS and size + one.size <= MOST_ROWS
            if not taken or (fits and not seen & one.about):
                taken.append(one)
                self.waiting.remove(one)
                seen |= one.about
                size += one.size
        return taken

    def _run(self, taken: Sequence[QueuedRequest]) -> None:
        ids = [each for one in taken for each in one.customer_ids]
        run = self.runner.submit(self.model.score, _together([one.rows for one in taken]), ids)
        if run.exception() is not None and len(taken) > 1:
            for one in taken:  # so that one request does not fail the others
                self._run([one])
        else:
            for one in taken:
                one.run = run


def _together(requests: Sequence[Mapping[TableName, pa.Table]]) -> dict[TableName, pa.Table]:
    """Return the rows of all requests by table."""
    names = {name for rows in requests for name in rows}
    return {
        name: pa.concat_tables([rows[name] for rows in requests if name in rows])
        for name in sorted(names)
    }
