"""What was told of past days and what came: totals and tier sizes, and how far they were off.

Graded scorings and backtested days count; the model's evaluation, which is somewhat kinder,
only where there are neither.
"""

from collections.abc import Hashable, Mapping

import ibis.expr.types as ir
import pandas as pd

from tiercast.reporting import numbers
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.past_forecasts import tier_outcome
from tiercast.reporting.wording import Wording

LIMIT = 0.1  # what is off by more is said
ONE_SIDED = 0.8  # share of days off in the same direction
TOLD_CAME = ["told", "came"]


def past_totals(inputs: Inputs) -> pd.DataFrame:
    """Return the total told and the one that came, indexed by day."""
    graded, tried = _graded(inputs, "all", "total"), _tried(inputs)
    found = pd.concat([graded.set_index("as_of")[TOLD_CAME], tried])
    if found.empty and inputs.predictions is not None:
        return _evaluated(inputs.predictions)
    return found[~found.index.duplicated()]


def past_sizes(inputs: Inputs) -> pd.DataFrame:
    """Return the customers told and found over all past days, indexed by tier, best first."""
    names = inputs.config.tiers.names
    graded, backtest = _graded(inputs, "tier", "tier_size"), inputs.backtest
    parts = [graded]
    if backtest is not None:
        sizes = backtest.doubt[backtest.doubt["check"] == "tier_size"]
        parts.append(sizes[sizes["origin"].isna()])
    sums = pd.concat(parts).groupby("group")[TOLD_CAME].sum()
    if sums.empty and inputs.predictions is not None:
        sums = tier_outcome(inputs.predictions, names).rename(
            columns={"stated": "told", "found": "came"}
        )
    found: pd.DataFrame = sums.reindex([name for name in names if name in sums.index])[TOLD_CAME]
    return found.loc[found.sum(axis=1) > 0]


def off(found: pd.DataFrame) -> "pd.Series[float]":
    """Return how far what was told lay from what came, as a signed share of the latter.

    Examples
    --------
    >>> off(pd.DataFrame({"told": [106.0, 3.0], "came": [53.0, 0.0]})).tolist()
    [1.0, 3.0]
    """
    return (found["told"] - found["came"]) / found["came"].clip(lower=1.0)


def ran_off(totals: pd.DataFrame) -> float | None:
    """Return by how much totals ran off on average; None where they did not, in one direction.

    Examples
    --------
    >>> ran_off(pd.DataFrame({"told": [13.0, 12.0], "came": [10.0, 10.0]}))
    0.25
    >>> ran_off(pd.DataFrame({"told": [13.0, 8.0], "came": [10.0, 10.0]})) is None
    True
    """
    if totals.empty:
        return None
    found = off(totals)
    mean = float(found.mean())
    same = float((found * mean > 0).mean())
    return mean if abs(mean) > LIMIT and same >= ONE_SIDED else None


def sizes_sentence(sizes: pd.DataFrame, say: Wording) -> str:
    """Return in words whether tiers came out as large as told, or which did not."""
    if sizes.empty:
        return say("tiers.sizes.unknown")
    found = sizes.assign(off=off(sizes))
    wrong = found[found["off"].abs() > LIMIT]
    if wrong.empty:
        return say("tiers.sizes.right", limit=numbers.share(LIMIT))
    parts = [_size(str(tier), row, say) for tier, row in wrong.to_dict("index").items()]
    return say("tiers.sizes.wrong", tiers=say("tiers.sizes.between").join(parts))


def _size(tier: str, row: Mapping[Hashable, float], say: Wording) -> str:
    return say(
        "tiers.sizes.large" if row["off"] > 0 else "tiers.sizes.small",
        tier=say.label("tier", tier),
        share=numbers.share(abs(row["off"])),
        told=numbers.count(row["told"]),
        came=numbers.count(row["came"]),
    )


def _graded(inputs: Inputs, by: str, metric: str) -> pd.DataFrame:
    grades = None if inputs.monitoring is None else inputs.monitoring.grades
    if grades is None or grades.empty:
        return pd.DataFrame(columns=["as_of", "group", *TOLD_CAME])
    found = grades[(grades["by"] == by) & (grades["metric"] == metric)]
    return found.assign(as_of=found["as_of"].astype(str))


def _tried(inputs: Inputs) -> pd.DataFrame:
    if inputs.backtest is None:
        return pd.DataFrame(columns=TOLD_CAME)
    totals = pd.DataFrame(inputs.backtest.summary["totals"]).astype({"origin": str})
    named = totals.rename(columns={"expected_value": "told", "value": "came"})
    return named.set_index("origin")[TOLD_CAME]


def _evaluated(predictions: ir.Table) -> pd.DataFrame:
    found = predictions.group_by(day=predictions.as_of.cast("string")).aggregate(
        told=predictions.expected_value.sum(), came=predictions.value.sum()
    )
    return found.order_by("day").to_pandas().set_index("day")
