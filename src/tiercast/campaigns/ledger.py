"""The ledger of campaigns: what each measured campaign cost, brought and earned, and their sum."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
from scipy.stats import norm

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.staging import writing
from tiercast.artifacts.text_file import write_json_atomically
from tiercast.config.loading import load_config
from tiercast.config.schema import Config

Z = float(norm.ppf(0.975))
COLUMNS = (
    *("campaign", "arm", "first", "days", "n", "cost", "effect", "low", "high", "brought"),
    *("brought_low", "brought_high", "profit", "profit_low", "profit_high", "return"),
    *("cumulative", "cumulative_low", "cumulative_high"),
)


def experiment_ledger(config: Config | str | Path) -> pd.DataFrame:
    """Return what measured campaigns cost and earned, a row per campaign and arm, by first day.

    Columns: campaign, arm, first, days, n (customers), cost (money; missing: not known), effect,
    low, high (money per customer, 95 % interval), brought (effect times n) and profit (brought
    less cost) with their intervals, return (profit / cost), and the cumulative profit. A campaign
    without an outcome that is money brought none that is known; without a cost there is no profit.

    Raises
    ------
    InputError
        The output folder is another base's.
    """
    settings = load_config(config)
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    records = [
        json.loads(file.read_bytes()) for file in sorted(output.measurements.glob("*.json"))
    ]
    records.sort(key=lambda one: (one["first"], one["campaign"]))
    rows = [row for record in records for row in _rows(record)]
    return pd.DataFrame(_with_sums(rows), columns=list(COLUMNS))


def write_measurement(output: OutputFolder, record: Mapping[str, Any]) -> Path:
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
    return path


def _rows(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a campaign, one per arm."""
    arms = dict.fromkeys(one["arm"] for one in record["effects"])
    money = {one["arm"]: one for one in record["effects"] if one["outcome"] == record["money"]}
    return [_row(record, arm, money.get(arm, {})) for arm in arms]


def _row(record: Mapping[str, Any], arm: str, money: Mapping[str, Any]) -> dict[str, Any]:
    n = next(one["n"] for one in record["effects"] if one["arm"] == arm)
    cost = record["costs"].get(arm)
    row: dict[str, Any] = {
        **{name: record[name] for name in ("campaign", "first", "days")},
        **{"arm": arm, "n": n, "cost": cost},
        **{name: money.get(name) for name in ("effect", "low", "high")},
    }
    for name, end in (("effect", ""), ("low", "_low"), ("high", "_high")):
        value = row[name]
        row[f"brought{end}"] = None if value is None else value * n
        known = value is not None and cost is not None
        row[f"profit{end}"] = row[f"brought{end}"] - cost if known else None
    row["return"] = row["profit"] / cost if row["profit"] is not None and cost else None
    return row


def _with_sums(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with the cumulative profit and its interval.

    Campaigns err independently. Arms of one campaign share a control, so that their errors may
    all point one way: their deviations are added, which is the most that they can come to.
    """
    total, deviations = 0.0, dict[str, float]()
    for row in rows:
        if row["profit"] is not None:
            total += row["profit"]
            own = (row["profit_high"] - row["profit_low"]) / (2 * Z)
            deviations[row["campaign"]] = deviations.get(row["campaign"], 0.0) + own
        half = Z * math.sqrt(sum(one**2 for one in deviations.values()))
        seen = bool(deviations)
        row["cumulative"] = total if seen else None
        row["cumulative_low"] = total - half if seen else None
        row["cumulative_high"] = total + half if seen else None
    return rows
