"""Predicted and actual totals and tier sizes of past days, and their errors.

Graded scorings and backtested days count; the model's evaluation, which is somewhat kinder,
only where there are neither. Of days whose windows overlap one counts, so that no order is in a
sum twice. Every chapter that speaks of totals or sizes goes by these.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pandas as pd

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_forecasts import tier_outcome
from tiercast.reporting.small_cells import smallest
from tiercast.reporting.windows import apart

LIMIT = 0.1  # what is off by more is said
ONE_SIDED = 0.8  # share of days off in the same direction
PREDICTED_ACTUAL = ["predicted", "actual"]
DAY, TIER = "day", "tier"


@dataclass(frozen=True)
class PastSizes:
    """Customers predicted and actual over past days, by tier, best first; and of how many days.

    `other_days` are those with tiers of other names, which do not count.
    """

    sums: pd.DataFrame
    days: int
    other_days: int = 0


def past_totals(inputs: Inputs) -> pd.DataFrame:
    """Return the predicted and the actual total (money), a row per day."""
    graded, tried = _graded(inputs, "all", "total"), _tried(inputs)
    found = _apart(inputs, graded, tried).set_index(DAY)[PREDICTED_ACTUAL]
    if found.empty and inputs.predictions is not None:
        return _evaluated(inputs, inputs.predictions)
    return found


def past_sizes(inputs: Inputs) -> PastSizes:
    """Return the customers predicted and actual over past days by tier."""
    names, other_days = inputs.tier_names, 0
    parts = []
    for sizes in (_graded(inputs, "tier", "tier_size"), _tried_sizes(inputs)):
        alike = sizes.groupby(DAY)[TIER].transform(lambda tiers: set(tiers) <= set(names))
        other_days += sizes.loc[~alike.astype(bool), DAY].nunique()
        parts.append(sizes[alike.astype(bool)])
    rows = _apart(inputs, *parts)
    if rows.empty and inputs.predictions is not None:
        days = days_apart(inputs, inputs.predictions)
        return _sizes_of(inputs, inputs.predictions, days, other_days)
    return PastSizes(_best_first(rows, names), rows[DAY].nunique(), other_days)


def evaluated_sizes(inputs: Inputs) -> PastSizes:
    """Return the customers predicted and actual by tier in the training's own evaluation.

    All its days count, as in the table of tiers of the chapter on quality, whose windows may
    overlap. Empty where there is none.
    """
    if inputs.predictions is None:
        return PastSizes(pd.DataFrame(columns=PREDICTED_ACTUAL), 0)
    days = inputs.predictions.select(day=inputs.predictions.as_of.cast("date")).distinct()
    return _sizes_of(inputs, inputs.predictions, tuple(days.to_pyarrow()["day"].to_pylist()))


def goes_by_evaluation(inputs: Inputs) -> bool:
    """Return whether totals and sizes are those of the training's own evaluation."""
    return _graded(inputs, "all", "total").empty and _tried(inputs).empty


def off(found: pd.DataFrame) -> "pd.Series[float]":
    """Return predicted less actual, as a signed share of the actual.

    Examples
    --------
    >>> off(pd.DataFrame({"predicted": [106.0, 3.0], "actual": [53.0, 0.0]})).tolist()
    [1.0, 3.0]
    """
    return (found["predicted"] - found["actual"]) / found["actual"].clip(lower=1.0)


def one_sided(totals: pd.DataFrame) -> bool:
    """Return whether totals were off in the same direction on nearly all days."""
    found = off(totals)
    return bool((found * found.mean() > 0).mean() >= ONE_SIDED)


def ran_off(totals: pd.DataFrame) -> float | None:
    """Return by how much totals ran off on average; None where they did not, in one direction.

    Examples
    --------
    >>> ran_off(pd.DataFrame({"predicted": [13.0, 12.0], "actual": [10.0, 10.0]}))
    0.25
    >>> ran_off(pd.DataFrame({"predicted": [13.0, 8.0], "actual": [10.0, 10.0]})) is None
    True
    """
    if totals.empty:
        return None
    mean = float(off(totals).mean())
    return mean if abs(mean) > LIMIT and one_sided(totals) else None


def sizes_sentence(
    sizes: PastSizes, say: MessageCatalogue, evaluated: PastSizes | None = None
) -> str:
    """Return in words whether tiers had their predicted sizes, or which did not.

    Where they had, but the training's own evaluation shows the contrary, that is said too.
    """
    others = say.write.count(sizes.other_days)
    after = say("tiers.sizes.other", days=others) if sizes.other_days else ""
    if sizes.sums.empty:
        return say("tiers.sizes.unknown") + after
    days, wrong = say.write.count(sizes.days), _wrong_sizes(sizes, say)
    if wrong:
        return say("tiers.sizes.wrong", tiers=wrong, days=days) + after
    contrary = "" if evaluated is None else _wrong_sizes(evaluated, say)
    but = say("tiers.sizes.evaluated", tiers=contrary) if contrary else ""
    return say("tiers.sizes.right", limit=say.write.share(LIMIT), days=days) + but + after


def _wrong_sizes(sizes: PastSizes, say: MessageCatalogue) -> str:
    """Return the tiers that were off by more than the limit, in words; "" if none was."""
    if sizes.sums.empty:
        return ""
    found = sizes.sums.assign(off=off(sizes.sums))
    wrong = found[found["off"].abs() > LIMIT].to_dict("index")
    return say("tiers.sizes.between").join(_size(str(n), row, say) for n, row in wrong.items())


def _size(tier: str, row: Mapping[Hashable, float], say: MessageCatalogue) -> str:
    key = "tiers.sizes.large" if row["off"] > 0 else "tiers.sizes.small"
    fewest = smallest(row["predicted"], row["actual"])
    return say(
        key if say.write.shows(fewest) else f"{key}_few",
        tier=say.label("tier", tier),
        share=say.write.share(abs(row["off"])),
        predicted=say.write.count(row["predicted"]),
        actual=say.write.count(row["actual"]),
    )


def _apart(inputs: Inputs, graded: pd.DataFrame, tried: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of days that share no order: of graded ones first, then of tried ones."""
    horizon = inputs.target.horizon_days
    given = apart(map(date.fromisoformat, graded[DAY]), horizon)
    added = apart(map(date.fromisoformat, tried[DAY]), horizon, beside=given)
    chosen = [
        frame[frame[DAY].isin([str(day) for day in days])]
        for frame, days in ((graded, given), (tried, added))
    ]
    return pd.concat(chosen, ignore_index=True)


def _graded(inputs: Inputs, by: str, metric: str) -> pd.DataFrame:
    grades = None if inputs.monitoring is None else inputs.monitoring.grades
    if grades is None or grades.empty:
        return pd.DataFrame(columns=[DAY, TIER, *PREDICTED_ACTUAL])
    found = grades[(grades["by"] == by) & (grades["metric"] == metric)]
    named = found.assign(**{DAY: found["as_of"].astype(str), TIER: found["group"]})
    return named[[DAY, TIER, *PREDICTED_ACTUAL]]


def _tried(inputs: Inputs) -> pd.DataFrame:
    if inputs.backtest is None:
        return pd.DataFrame(columns=[DAY, *PREDICTED_ACTUAL])
    totals = pd.DataFrame(inputs.backtest.summary["totals"]).astype({"origin": str})
    columns = {"origin": DAY, "expected_value": "predicted", "value": "actual"}
    return totals.rename(columns=columns)[[DAY, *PREDICTED_ACTUAL]]


def _tried_sizes(inputs: Inputs) -> pd.DataFrame:
    if inputs.backtest is None:
        return pd.DataFrame(columns=[DAY, TIER, *PREDICTED_ACTUAL])
    coverage = inputs.backtest.coverage
    sizes = coverage[(coverage["check"] == "tier_size") & coverage["origin"].notna()]
    named = sizes.assign(**{DAY: sizes["origin"].astype(str), TIER: sizes["group"]})
    return named[[DAY, TIER, *PREDICTED_ACTUAL]]


def _best_first(rows: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    sums = rows.groupby(TIER)[PREDICTED_ACTUAL].sum()
    found: pd.DataFrame = sums.reindex([name for name in names if name in sums.index])
    return found.loc[found.sum(axis=1) > 0]


def days_apart(inputs: Inputs, predictions: ir.Table) -> tuple[date, ...]:
    """Return the dates of the evaluation whose windows share no order, oldest first."""
    days = predictions.select(day=predictions.as_of.cast("date")).distinct().to_pyarrow()
    return apart(days["day"].to_pylist(), inputs.target.horizon_days)


def _evaluated(inputs: Inputs, predictions: ir.Table) -> pd.DataFrame:
    chosen = _of_days(predictions, days_apart(inputs, predictions))
    found = chosen.group_by(day=chosen.as_of.cast("string")).aggregate(
        predicted=chosen.expected_value.sum(), actual=chosen.value.sum()
    )
    return found.order_by("day").to_pandas().set_index("day")


def _sizes_of(
    inputs: Inputs, predictions: ir.Table, days: tuple[date, ...], other_days: int = 0
) -> PastSizes:
    outcome = tier_outcome(_of_days(predictions, days), inputs.tier_names)
    sums = outcome.rename(columns={"stated": "predicted", "found": "actual"})[PREDICTED_ACTUAL]
    return PastSizes(sums.loc[sums.sum(axis=1) > 0], len(days), other_days)


def _of_days(predictions: ir.Table, days: tuple[date, ...]) -> ir.Table:
    return predictions.filter(predictions.as_of.cast("date").isin(list(days)))
