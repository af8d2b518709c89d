"""One alert about one customer: its content, and the key that identifies it."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from tiercast.artifacts.dataset import parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.text_file import plain_json
from tiercast.sources.workspace import workspace

BATCH_ROWS = 10_000
COLUMNS = (
    "customer_id",
    "previous_tier",
    "tier",
    "churn_probability",
    "expected_value",
    "model_version",
)


@dataclass(frozen=True)
class Alert:
    """A rule that a customer of a base raised on a scored day, and the customer's scores."""

    name: str
    as_of: dt.date
    alert: str
    meaning: str | None
    customer_id: int | str
    previous_tier: str | None
    tier: str
    churn_probability: float
    expected_value: float
    model_version: str

    @cached_property
    def key(self) -> str:
        """A hash of the base, day, customer and rule: the same whenever the day is scored."""
        return alert_key(self.name, self.as_of, self.customer_id, self.alert)

    def to_json(self) -> str:
        """Return it as one line of JSON, with its key."""
        return plain_json({"key": self.key, **asdict(self)})


def alert_key(name: str, as_of: dt.date, customer_id: int | str, alert: str) -> str:
    """Return the key of an alert."""
    parts = [name, as_of.isoformat(), customer_id, alert]
    return sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class RaisedAlerts:
    """The alerts in the scores of a day; may be iterated many times.

    `meanings` has the rules by name; a rule that the config no longer has gets None.
    """

    output: OutputFolder
    name: str
    as_of: dt.date
    meanings: Mapping[str, str]

    @property
    def parts(self) -> list[Path]:
        """The files of the scores."""
        return parts_of(self.output.scores(self.as_of))

    def __iter__(self) -> Iterator[Alert]:
        """Return the alerts by customer, and by the order of the rules."""
        with workspace() as connection:
            rows = raised(rows_of(connection, self.parts))
            for batch in rows.to_pyarrow_batches(chunk_size=BATCH_ROWS):
                yield from map(self._alert, batch.to_pylist())

    def counts(self) -> dict[str, int]:
        """Return the number of customers by rule, the most frequent first."""
        with workspace() as connection:
            scores = rows_of(connection, self.parts)
            alerts = scores.select(alert=scores.alerts.unnest())
            counted = alerts.group_by("alert").agg(customers=alerts.count())
            rows = counted.order_by(ibis.desc("customers"), "alert").to_pyarrow().to_pylist()
        return {row["alert"]: row["customers"] for row in rows}

    def _alert(self, row: Mapping[str, Any]) -> Alert:
        scores = {name: row[name] for name in COLUMNS}
        meaning = self.meanings.get(row["alert"])
        return Alert(self.name, self.as_of, row["alert"], meaning, **scores)


def raised(scores: ir.Table) -> ir.Table:
    """Return a row per customer and alert, in order."""
    some = scores.filter(scores.alerts.length() > 0)
    places = some.mutate(place=ibis.range(0, some.alerts.length()).unnest())
    rows = places.mutate(alert=places.alerts[places.place])
    return rows.order_by("customer_id", "place").select(*COLUMNS, "alert")
