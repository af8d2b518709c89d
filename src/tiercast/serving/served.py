"""What answers now: a stored day and models on it; another takes its place without a gap."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tiercast.config.errors import FailedError, InputError
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config, TableName
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES
from tiercast.scoring.version import choose_model, choose_version
from tiercast.serving.batching import Batcher
from tiercast.serving.checked_rows import RowReader
from tiercast.serving.live_model import MOST_DAYS_AHEAD, LiveModel
from tiercast.serving.posted import PostedCustomer, ScoreRequest
from tiercast.serving.problem import FieldProblem, Refused, refused
from tiercast.serving.stored_day import StoredDay, newest_identity, open_stored

DAYS_KEPT = 2


@dataclass(frozen=True)
class Served:
    """A stored day, the version of the champion, and its queues by day, the newest used last."""

    stored: StoredDay
    version: str
    reader: RowReader
    queues: OrderedDict[dt.date, Batcher] = field(default_factory=OrderedDict)

    @classmethod
    def of(cls, stored: StoredDay, reader: RowReader) -> "Served":
        """Return the champion on a stored day, ready to answer.

        Raises
        ------
        InputError
            There is no model, or its tiers are not those of the stored scores.
        """
        version, _ = choose_version(stored.config, stored.as_of, None)
        served = cls(stored, version.version, reader)
        served.queue_of(stored.as_of)
        return served

    def queue_of(self, day: dt.date) -> Batcher:
        """Return the queue of the model on a day; the first who asks prepares it, others wait."""
        with self.stored.lock:
            if day not in self.queues:
                chosen = choose_model(self.stored.config, day, self.version)
                self.queues[day] = Batcher(LiveModel.of(self.stored, chosen))
            self.queues.move_to_end(day)
            while len(self.queues) > DAYS_KEPT:
                self.queues.popitem(last=False)
            return self.queues[day]

    def score(self, request: ScoreRequest) -> dict[str, Any]:
        """Return the score rows of posted customers, and what they were scored with.

        Raises
        ------
        Refused
            A field breaks a rule.
        """
        customers = self._customers(request.customers)
        posted = self.reader.read(customers)
        _refuse_older(customers, posted, self.stored.history.activity.daily_orders.first)
        queue = self.queue_of(self._day(request, posted))
        rows = self._with_stored(customers, posted)
        found = queue.score(rows, [customer.customer_id for customer in customers])
        return self._answer(queue.model, customers, found)

    def _customers(self, given: Sequence[PostedCustomer]) -> list[PostedCustomer]:
        read = [
            one.model_copy(
                update={
                    "customer_id": self.reader.customer_id(
                        one.customer_id, f"customers[{number}].customer_id"
                    )
                }
            )
            for number, one in enumerate(given)
        ]
        seen: set[int | str] = set()
        for number, one in enumerate(read):
            if one.customer_id in seen:
                at = f"customers[{number}].customer_id"
                raise refused(at, f"{one.customer_id!r} stands twice", "post a customer once")
            seen.add(one.customer_id)
        return read

    def _day(self, request: ScoreRequest, posted: Mapping[TableName, pa.Table]) -> dt.date:
        """Return the day asked for, or the first on which all posted rows are known."""
        first = self.stored.as_of
        last = first + dt.timedelta(days=MOST_DAYS_AHEAD)
        day = request.as_of or max([first, *_days_after(posted)])
        if first <= day <= last:
            return day
        remedy = "post rows up to that day" if day > last else "leave `as_of` out"
        if request.as_of is None:
            remedy += "; `tiercast score CONFIG` scores a later day"
        raise refused("as_of", f"{day} is not from {first} to {last}", remedy)

    def _with_stored(
        self, customers: Sequence[PostedCustomer], posted: Mapping[TableName, pa.Table]
    ) -> dict[TableName, pa.Table]:
        """Return the posted rows, and the stored ones that count, too."""
        stored = self.stored.rows_of([one.customer_id for one in customers if one.stored])
        _refuse_repeated(customers, posted, stored)
        if "customers" in posted:  # a posted profile replaces the stored one
            ids, known = posted["customers"]["customer_id"], stored["customers"]
            stored["customers"] = known.filter(pc.invert(pc.is_in(known["customer_id"], ids)))
        rows = {name: _joined(posted.get(name), table) for name, table in stored.items()}
        if "referrals" in rows:
            brought = self._brought(rows["referrals"], customers)
            more = self.stored.rows_of(brought)["transactions"]
            rows["transactions"] = pa.concat_tables([rows["transactions"], more])
        return rows

    def _brought(
        self, referrals: pa.Table, customers: Sequence[PostedCustomer]
    ) -> list[int | str]:
        kind = self.stored.schemas["transactions"].field("customer_id").type
        own = {str(one.customer_id) for one in customers}
        ids = {str(one) for one in referrals["referred_customer_id"].to_pylist()} - own
        if pa.types.is_integer(kind):
            return [int(one) for one in sorted(ids) if one.lstrip("-").isdecimal()]
        return sorted(ids)

    def _answer(
        self, model: LiveModel, customers: Sequence[PostedCustomer], found: pa.Table
    ) -> dict[str, Any]:
        by_id = {row["customer_id"]: row for row in found.to_pylist()}
        ids = [one.customer_id for one in customers]
        return {
            "as_of": model.as_of,
            "model": {"name": self.stored.config.name, "version": model.version},
            "base": {"as_of": self.stored.as_of, "model_version": self.stored.model_version},
            "customers": [by_id[one] for one in ids if one in by_id],
            "not_scored": [
                {"customer_id": one, "problem": "no order with a positive amount before the day"}
                for one in ids
                if one not in by_id
            ],
        }


def _days_after(posted: Mapping[TableName, pa.Table]) -> list[dt.date]:
    times = [
        pc.max(table[time]).as_py()
        for name, table in posted.items()
        if (time := TABLES[name].time) is not None
    ]
    return [time.date() + dt.timedelta(days=1) for time in times if time is not None]


def _refuse_older(
    customers: Sequence[PostedCustomer], posted: Mapping[TableName, pa.Table], first: dt.date
) -> None:
    """Refuse lines older than the base, with which the season clock begins."""
    lines = posted.get("transactions")
    if lines is None or (oldest := pc.min(lines["ordered_at"]).as_py()).date() >= first:
        return
    places = [
        f"customers[{number}].{place}.ordered_at"
        for number, one in enumerate(customers)
        for place, _ in one.rows("transactions")
    ]
    at = places[lines["ordered_at"].index(oldest).as_py()]
    remedy = "leave it out, or add it to the base and score that with `tiercast score CONFIG`"
    raise refused(at, f"{oldest} is before the first order of the base ({first})", remedy)


def _joined(posted: pa.Table | None, stored: pa.Table) -> pa.Table:
    if posted is None:
        return stored
    return pa.concat_tables([stored, posted.cast(stored.schema)])


def _refuse_repeated(
    customers: Sequence[PostedCustomer],
    posted: Mapping[TableName, pa.Table],
    stored: Mapping[TableName, pa.Table],
) -> None:
    """Refuse posted lines of an order that are stored already: they would count twice."""
    lines = posted.get("transactions")
    if lines is None or "order_id" not in lines.column_names:
        return
    # Stored lines are many, those of the posted orders few.
    alike = pc.is_in(stored["transactions"]["order_id"], lines["order_id"].drop_null())
    known = {tuple(row.items()) for row in stored["transactions"].filter(alike).to_pylist()}
    numbers = {one.customer_id: number for number, one in enumerate(customers)}
    problems = [
        FieldProblem(
            f"customers[{numbers[row['customer_id']]}].orders",
            f"a line of order {row['order_id']!r} is stored already",
            "post only what is new",
        )
        for row in lines.to_pylist()
        if tuple(row.items()) in known
    ]
    if problems:
        raise Refused(422, problems)


class Service:
    """Hands out what answers now; `refresh` looks for a new champion and a new scored day."""

    def __init__(self, config: Config, progress: Progress) -> None:
        self.config = config
        self.trouble: str | None = None
        self.swaps = 0
        self._served = _opened(config, progress)

    def take(self) -> Served:
        """Return what answers now; who holds it may finish with it after a change."""
        return self._served

    def refresh(self) -> bool:
        """Take a new champion or scored day; return whether there was one.

        What cannot be read leaves the old ones in place; `trouble` says why.
        """
        try:
            newer = self._newer()
        except (InputError, DataContractError, FailedError) as error:
            self.trouble = str(error)
            return False
        self.trouble = None
        if newer is None:
            return False
        self._served = newer
        self.swaps += 1
        return True

    def _newer(self) -> Served | None:
        now = self._served
        if newest_identity(self.config) != now.stored.identity:
            return _opened(self.config, Silent())
        version, _ = choose_version(self.config, now.stored.as_of, None)
        if version.version == now.version:
            return None
        return Served.of(now.stored, now.reader)


def _opened(config: Config, progress: Progress) -> Served:
    stored = open_stored(config, progress)
    progress.stage("plan the features")
    return Served.of(stored, RowReader.of(stored.schemas, config.timezone))
