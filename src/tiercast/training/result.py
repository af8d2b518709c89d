"""What a training returns."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiercast.training.gate import GateDecision
from tiercast.training.group_choice import GroupChoice


@dataclass(frozen=True)
class TrainResult:
    """The registered version, what the gate decided and how good past forecasts were.

    `groups` says how each group of customers is forecast, where there are groups.
    """

    name: str
    version: str
    run_id: str
    trained_as_of: dt.date
    decision: GateDecision
    metrics: Mapping[str, float]
    by_cutoff: Mapping[dt.date, Mapping[str, float]]
    evaluation_folder: Path
    sample: str
    groups: tuple[GroupChoice, ...] = ()
