"""Which of several ways forecasts a group best, on past days that no model had seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tiercast.config.message import Message
from tiercast.modeling.bootstrap import BETTER, WORSE, MetricComparison, compare_metrics, verdict
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.group_outlook import How
from tiercast.modeling.metrics import METRICS, UNDEFINED, Metric
from tiercast.modeling.outlook import Outlook
from tiercast.training.evaluation import PastForecast
from tiercast.training.horizon_rows import HorizonRows
from tiercast.training.past_folds import ROLLING

LEAST_CUSTOMERS = 500  # for a level or a model of a group's own
LEAST_OUTCOMES = 100  # past customers who left, and who ordered
LEAST_DAYS = 2  # past days that were forecast: each is calibrated by the others
TOTAL_TOLERANCE = 0.02  # how much more the total may be off than by the model of all

WAYS: Mapping[How, str] = {
    "shared": "the model of all customers",
    "recalibrated": "the model of all customers at the level of the group",
    "own": "a model of its own",
}
ECE, TOTAL_ERROR = (
    next(metric for metric in METRICS if metric.name == name) for name in ("ece", "total_error")
)


@dataclass(frozen=True)
class Way:
    """One way to forecast a group: its outlook, and its forecasts of past days, newest first."""

    how: How
    outlook: Outlook
    past: Sequence[pd.DataFrame]


@dataclass(frozen=True)
class WayFigures:
    """Means over past days of the gate's metric, the ECE and the total's error by size.

    `difference` of the metric to the model of all customers with its 95 % interval; None for that
    model itself.
    """

    metric: float
    ece: float
    total_error: float
    difference: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class GroupChoice:
    """How a group is forecast, and why; `figures` has each way that was judged.

    `own_tiers`: whether its tiers begin at amounts of its own. `metric` is the gate's.
    """

    how: How
    why: str
    metric: str
    figures: Mapping[How, WayFigures]
    name: str = ""
    customers: int = 0
    own_tiers: bool = True

    def describe(self) -> str:
        """Return the choice in a sentence."""
        return Message.of(
            "Group {name} ({customers:,} customers): {how!t}; {why}.",
            name=self.name,
            customers=self.customers,
            how=WAYS[self.how],
            why=self.why,
        )


def too_small(rows: HorizonRows, past: Sequence[PastForecast]) -> str:
    """Return why a group cannot have a level or a model of its own; "" where it can."""
    customers, ordered = len(rows.current), int(rows.rows["ordered"].sum())
    fewest = min(ordered, len(rows.rows) - ordered)
    if customers < LEAST_CUSTOMERS:
        return Message.of("fewer than {least} customers", least=LEAST_CUSTOMERS)
    if fewest < LEAST_OUTCOMES:
        return Message.of(
            "fewer than {least} past customers who ordered, or who left", least=LEAST_OUTCOMES
        )
    if len(past) < LEAST_DAYS or any(one.kind != ROLLING for one in past):
        return Message.of("the history is too short to judge another way on past days")
    return ""


def best_way(
    shared: Way, others: Sequence[Way], metric: Metric, seed: int
) -> tuple[Way, GroupChoice]:
    """Return the way to take: the model of all customers, unless another is clearly better.

    Better means beyond a paired bootstrap interval of 95 % by the metric, with a total that is
    not further off by more than 2 points. The level of the group is also taken where the total
    of every past day is less far off, by 2 points on average, and the metric is not worse.
    """
    figures = _figures([shared, *others], metric, seed)
    better = [way for way in others if _is_better(way, shared, figures, metric)]
    sign = -1 if metric.bigger_is_better else 1
    chosen = min(better, key=lambda way: sign * figures[way.how].metric, default=shared)
    why = _why(chosen.how, figures, metric) if others else ""
    return chosen, GroupChoice(chosen.how, why, metric.name, figures)


def _figures(ways: Sequence[Way], metric: Metric, seed: int) -> dict[How, WayFigures]:
    days: list[dict[str, ForecastTable]] = [
        {way.how: ForecastTable.of(rows) for way, rows in zip(ways, frames, strict=True)}
        for frames in zip(*(way.past for way in ways), strict=True)
    ]
    if not days:
        return {}
    found = {
        way.how: WayFigures(
            _mean(days, way.how, metric),
            _mean(days, way.how, ECE),
            _mean(days, way.how, TOTAL_ERROR),
        )
        for way in ways
    }
    shared, *others = (way.how for way in ways)
    if not others:
        return found
    compared = [MetricComparison(metric, other, shared) for other in others]
    rows = compare_metrics(compared, days, seed)[["difference", "low", "high"]]
    return found | {
        how: replace(found[how], difference=tuple(row))
        for how, row in zip(others, rows.itertuples(index=False, name=None), strict=True)
    }


def _mean(days: Sequence[Mapping[str, ForecastTable]], how: How, metric: Metric) -> float:
    scores = [day[how].score(metric) for day in days]
    known = [score for score in scores if score == score]  # undefined where all left
    return float(np.mean(known)) if known else UNDEFINED


def _is_better(way: Way, shared: Way, figures: Mapping[How, WayFigures], metric: Metric) -> bool:
    ours, theirs = figures[way.how], figures[shared.how]
    assert ours.difference is not None
    _, low, high = ours.difference
    found = verdict(metric, low, high)
    if found == BETTER:
        return ours.total_error <= theirs.total_error + TOTAL_TOLERANCE
    if way.how != "recalibrated" or found == WORSE:
        return False
    nearer = ours.total_error < theirs.total_error - TOTAL_TOLERANCE
    pairs = zip(way.past, shared.past, strict=True)
    return nearer and all(_total_error(one) < _total_error(other) for one, other in pairs)


def _total_error(rows: pd.DataFrame) -> float:
    return ForecastTable.of(rows).score(TOTAL_ERROR)


def _why(chosen: How, figures: Mapping[How, WayFigures], metric: Metric) -> str:
    if chosen == "shared":
        return Message.of("no other way is better beyond chance ({metric})", metric=metric.name)
    ours, theirs = figures[chosen], figures["shared"]
    assert ours.difference is not None
    difference, low, high = ours.difference
    return Message.of(
        "{metric} {difference:+.4f} (95 % interval {low:+.4f} to {high:+.4f}) and total off by "
        "{own:.1%} in place of {shared:.1%} on past days",
        metric=metric.name,
        difference=difference,
        low=low,
        high=high,
        own=ours.total_error,
        shared=theirs.total_error,
    )
