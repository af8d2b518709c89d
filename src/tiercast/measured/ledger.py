"""The ledger of campaigns: what each measured campaign cost, brought and earned, and their sum."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from scipy.special import ndtri

from tiercast.measured.records import Measured

Z95 = float(ndtri(0.975))
COLUMNS = (
    *("campaign", "arm", "first", "days", "until", "n", "cost", "cost_each"),
    *("effect", "low", "high", "brought", "brought_low", "brought_high"),
    *("profit", "profit_low", "profit_high", "return"),
    *("cumulative", "cumulative_low", "cumulative_high"),
)


def ledger_of(campaigns: Sequence[Measured]) -> pd.DataFrame:
    """Return the ledger of measured campaigns, a row per campaign and arm, in their order.

    The columns are those of `tiercast.experiment_ledger`.
    """
    rows = [_row(one, arm) for one in campaigns for arm in one.arms]
    return pd.DataFrame(_with_sums(rows), columns=list(COLUMNS))


def _row(campaign: Measured, arm: str) -> dict[str, Any]:
    n = next(one["n"] for one in campaign.effects if one["arm"] == arm)
    cost, money = campaign.costs.get(arm), campaign.effect(arm, campaign.money)
    row: dict[str, Any] = {
        **{name: getattr(campaign, name) for name in ("campaign", "days")},
        **{name: str(getattr(campaign, name)) for name in ("first", "until")},
        **{"arm": arm, "n": n, "cost": cost, "cost_each": campaign.cost_each},
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
            own = (row["profit_high"] - row["profit_low"]) / (2 * Z95)
            deviations[row["campaign"]] = deviations.get(row["campaign"], 0.0) + own
        half = Z95 * math.sqrt(sum(one**2 for one in deviations.values()))
        seen = bool(deviations)
        row["cumulative"] = total if seen else None
        row["cumulative_low"] = total - half if seen else None
        row["cumulative_high"] = total + half if seen else None
    return rows
