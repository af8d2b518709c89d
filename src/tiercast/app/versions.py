"""The versions of the model: what each one's evaluation left in the output folder."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from tiercast.app.visit import Visit
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.formats import MISSING, Form
from tiercast.reporting.section import Cell, Table

SUMMARIES = "evaluation/model_version=*/summary.json"
SHOWN: Mapping[str, Form] = {
    "auc": "three",
    "ece": "three",
    "gini": "three",
    "total_bias": "signed_share",
    "interval_coverage": "share",
}


def versions_table(visit: Visit) -> Table:
    """Return the versions, newest first; the one that scored the day is marked."""
    say, scored_by = visit.say, visit.base.inputs.model_version
    rows = [
        [
            Cell(
                f"{one['version']} ✓" if str(one["version"]) == scored_by else f"{one['version']}"
            ),
            Cell(_trained(one.get("trained_as_of"), visit)),
            *(Cell(_written(visit, one.get("metrics", {}), name)) for name in SHOWN),
        ]
        for one in _summaries(visit)
    ]
    heads = [say(f"app.versions.{name}") for name in ("version", "trained_as_of", *SHOWN)]
    return Table(say("app.versions.title"), heads, rows, note=say("app.versions.note"))


def _trained(day: str | None, visit: Visit) -> str:
    return MISSING if day is None else visit.say.date(dt.date.fromisoformat(day))


def _written(visit: Visit, metrics: Mapping[str, Any], name: str) -> str:
    value = metrics.get(name)
    return MISSING if value is None else visit.say.write.named(SHOWN[name])(value)


def _summaries(visit: Visit) -> list[dict[str, Any]]:
    folder = OutputFolder.of(visit.base.config).path
    found = [json.loads(file.read_bytes()) for file in folder.glob(SUMMARIES)]
    return sorted(found, key=lambda one: int(one["version"]), reverse=True)
