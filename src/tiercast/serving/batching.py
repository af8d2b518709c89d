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
from tiercast.serving.posted import MOST_CUSTOMERS

CustomerIds = Sequence[int | str]


@dataclass(eq=False)
class Waiting:
    """A request that waits: the rows, the customers to score, and their run once it is over."""

    rows: Mapping[TableName, pa.Table]
    customer_ids: CustomerIds
    run: "Future[pa.Table] | None" = None

    def has_rows_of(self) -> set[int | str]:
        """Return the customers whose rows these are, those whom a customer brought among them."""
        tables = (table["customer_id"] for table in self.rows.values())
        return {*self.customer_ids, *(one for ids in tables for one in ids.unique().to_pylist())}


@dataclass(frozen=True)
class Batcher:
    """A model's queue of requests; one run takes place at a time."""

    model: LiveModel
    waiting: list[Waiting] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    runner: ThreadPoolExecutor = field(default_factory=partial(ThreadPoolExecutor, 1))

    def score(self, rows: Mapping[TableName, pa.Table], customer_ids: CustomerIds) -> pa.Table:
        """Return the score rows of customers, scored together with those who wait, too."""
        own = Waiting(rows, customer_ids)
        self.waiting.append(own)
        with self.turn:  # meanwhile another thread may have scored this request
            while own.run is None:
                self._run(self._next())
        return rows_of(own.run.result(), customer_ids)

    def _next(self) -> list[Waiting]:
        """Take the oldest requests that can be scored together, at most 1,000 customers.

        Rows of a customer who is in two requests stay apart: each answers as if it were alone.
        """
        taken: list[Waiting] = []
        seen: set[int | str] = set()
        for one in list(self.waiting):
            own = one.has_rows_of()
            if taken and (seen & own or len(seen) + len(own) > MOST_CUSTOMERS):
                continue
            taken.append(one)
            seen |= own
            self.waiting.remove(one)
        return taken

    def _run(self, taken: Sequence[Waiting]) -> None:
        ids = [each for one in taken for each in one.customer_ids]
        run = self.runner.submit(self.model.score, _together([one.rows for one in taken]), ids)
        if run.exception() is not None and len(taken) > 1:
            for one in taken:  # so that one request does not fail the others
                self._run([one])
        else:
            for one in taken:
                one.run = run


def _together(
    requests: Sequence[Mapping[TableName, pa.Table]],
) -> dict[TableName, pa.Table]:
    """Return the rows of all requests by table."""
    names = {name for rows in requests for name in rows}
    return {
        name: pa.concat_tables([rows[name] for rows in requests if name in rows])
        for name in sorted(names)
    }
