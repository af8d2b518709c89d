"""The stored measurements of campaigns: a JSON file per campaign."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import writing
from tiercast.artifacts.text_file import write_json_atomically
from tiercast.config.errors import InputError

EARLIER = (
    "{file} is of an earlier version and does not say when the campaign was over; measure it "
    "again: `tiercast experiment measure CONFIG {campaign}`."
)


@dataclass(frozen=True)
class Measured:
    """A measured campaign.

    `first` is the first day, `until` the day on which the window of `days` days of its last
    customer was over: nothing of it was known before. `effects` has a row per arm and outcome,
    with the fields of `campaigns.effects.Effect`; `money` names the outcome that is money. `costs`
    has what each arm cost (None: not known), `cost_each` what was stated for a customer (None:
    the contacts' own costs count).
    """

    campaign: str
    first: dt.date
    days: int
    until: dt.date
    money: str
    effects: Sequence[Mapping[str, Any]]
    costs: Mapping[str, float | None]
    cost_each: float | None

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the measurement that a record holds."""
        names = ("campaign", "days", "money", "effects", "costs", "cost_each")
        known: dict[str, Any] = {name: record[name] for name in names}
        for name in ("first", "until"):
            known[name] = dt.date.fromisoformat(record[name])
        return cls(**known)

    @property
    def arms(self) -> Sequence[str]:
        """The arms that were not left alone."""
        return list(dict.fromkeys(one["arm"] for one in self.effects))

    def effect(self, arm: str, outcome: str) -> Mapping[str, Any]:
        """Return the effect of an arm on an outcome; empty where it was not measured."""
        found = (e for e in self.effects if (e["arm"], e["outcome"]) == (arm, outcome))
        return next(found, {})


def read_measured(output: OutputFolder) -> list[Measured]:
    """Return the measured campaigns of a base, by first day and name.

    Raises
    ------
    InputError
        A record is of an earlier version.
    """
    found = []
    for file in sorted(output.measurements.glob("*.json")):
        record = json.loads(file.read_bytes())
        if "until" not in record:
            raise InputError.of(EARLIER, file=file, campaign=record["campaign"])
        found.append(Measured.of_record(record))
    return sorted(found, key=lambda one: (one.first, one.campaign))


def write_measured(output: OutputFolder, record: Mapping[str, Any]) -> None:
    """Write the record of a measurement in place of an earlier one of the same campaign.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """
    path = output.measurements / f"{quote(record['campaign'], safe='')}.json"
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json_atomically(path, record)
