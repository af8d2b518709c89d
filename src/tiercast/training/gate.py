"""Whether a challenger takes the champion's place: same customers, same past day, an interval."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

RESAMPLES = 1000
LEAST_CHANCE = 1e-6
LEVEL_TOLERANCE = 0.02  # how much more the total may be off than the champion's

Outcome = Literal["promoted", "kept"]


@dataclass(frozen=True)
class GateDecision:
    """What was decided and on which figures; a refusal is recorded like a promotion."""

    outcome: Outcome
    reason: str
    champion_version: str | None = None
    compared_at: dt.date | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None


def decide(
    challenger: pd.DataFrame,
    champion: pd.DataFrame | None,
    champion_version: str | None,
    seed: int,
) -> GateDecision:
    """Answer whether the challenger is promoted.

    Both frames are past forecasts (customer_id, as_of, ordered, value, churn_probability,
    expected_value). They are compared on the newest cutoff that both forecast without having
    seen what came: the challenger must lose less (log loss of churn) beyond a paired bootstrap
    interval of 95 %, and its total must not be further off by more than 2 points.
    """
    if champion_version is None:
        return GateDecision("promoted", "it is the first model")
    pairs = _paired(challenger, champion)
    if pairs is None:
        return GateDecision("kept", "no past cutoff was forecast by both models", champion_version)
    difference = _loss(pairs, "new") - _loss(pairs, "old")
    low, high = _interval(difference, seed)
    worse_level = _total_error(pairs, "new") - _total_error(pairs, "old")
    better = high < 0 and worse_level <= LEVEL_TOLERANCE
    return GateDecision(
        "promoted" if better else "kept",
        _reason(high, worse_level),
        champion_version,
        pairs["as_of"].iloc[0],
        float(difference.mean()),
        low,
        high,
    )


def _paired(challenger: pd.DataFrame, champion: pd.DataFrame | None) -> pd.DataFrame | None:
    if champion is None or challenger.empty or champion.empty:
        return None
    common = set(challenger["as_of"]) & set(champion["as_of"])
    if not common:
        return None
    newest = max(common)
    told = ["customer_id", "churn_probability", "expected_value"]
    new = challenger[challenger["as_of"] == newest]
    old = champion.loc[champion["as_of"] == newest, told]
    pairs = new.merge(old, on="customer_id", suffixes=("_new", "_old"))
    return pairs if len(pairs) else None


def _loss(pairs: pd.DataFrame, which: str) -> FloatArray:
    churn = np.clip(pairs[f"churn_probability_{which}"], LEAST_CHANCE, 1 - LEAST_CHANCE)
    return -np.log(np.where(pairs["ordered"], 1 - churn, churn))


def _interval(difference: FloatArray, seed: int) -> tuple[float, float]:
    """Answer the 95 % bootstrap interval of the mean difference over customers."""
    random = np.random.default_rng(seed)
    means = [
        difference[random.integers(0, len(difference), len(difference))].mean()
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _total_error(pairs: pd.DataFrame, which: str) -> float:
    came = float(pairs["value"].sum())
    return abs(float(pairs[f"expected_value_{which}"].sum()) / came - 1) if came else 0.0


def _reason(high: float, worse_level: float) -> str:
    if high >= 0:
        return "not better than the champion beyond chance"
    if worse_level > LEVEL_TOLERANCE:
        return f"its total is further off by {worse_level:.1%}"
    return "better than the champion beyond chance"
