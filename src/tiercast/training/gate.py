"""Whether a challenger takes the champion's place: same customers, same past day, an interval."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from tiercast.config.message import Message
from tiercast.modeling.bootstrap import BETTER, MetricComparison, compare_metrics, verdict
from tiercast.modeling.checks import INTERVAL
from tiercast.modeling.evaluation import ForecastTable, evaluate
from tiercast.modeling.metrics import METRICS, Metric
from tiercast.modeling.predicted import COVERAGE
from tiercast.modeling.target import Target

LEVEL_TOLERANCE = 0.02  # how much more the total may be off than the champion's
COVERAGE_TOLERANCE = 0.02  # how much further from 90 % its intervals' coverage may lie
CHALLENGER, CHAMPION = "challenger", "champion"

Outcome = Literal["promoted", "kept"]


@dataclass(frozen=True)
class GateDecision:
    """What was decided and on which figures; a refusal is recorded like a promotion.

    `difference` (challenger less champion) of `metric` with its 95 % interval; `figures` are
    both models' metric, error of the total and coverage of intervals on the day compared.
    """

    outcome: Outcome
    reason: str
    champion_version: str | None = None
    compared_at: dt.date | None = None
    metric: str | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    champion_basis: str | None = None


@dataclass(frozen=True)
class ChampionForecasts:
    """The champion's version, its forecasts of past cutoffs (None: none), and their origin."""

    version: str
    forecasts: pd.DataFrame | None
    how: str | None = None


def decide(
    challenger: pd.DataFrame,
    champion_forecasts: ChampionForecasts | None,
    metric_name: str,
    seed: int,
    metrics: Sequence[Metric] = METRICS,
) -> GateDecision:
    """Return whether the challenger is promoted.

    Both sides are past forecasts (customer_id, as_of, ordered, value, churn_probability,
    expected_value, value_low, value_high). They are compared on the newest cutoff that both
    forecast: the challenger must be better by the metric beyond a paired bootstrap interval of
    95 %, its total must not be further off by more than 2 points, and the coverage of its
    intervals not further from 90 %, by more than 2 points, than the champion's.
    """
    if champion_forecasts is None:
        return GateDecision("promoted", Message.of("it is the first model"))
    forecasts = _paired(challenger, champion_forecasts.forecasts)
    if forecasts is None:
        return GateDecision(
            "kept",
            Message.of("no past cutoff was forecast by both models"),
            champion_forecasts.version,
        )
    metric = next(metric for metric in metrics if metric.name == metric_name)
    comparison = MetricComparison(metric, CHALLENGER, CHAMPION)
    tables = {model: ForecastTable.of(rows) for model, rows in forecasts.items()}
    found = compare_metrics([comparison], [tables], seed).iloc[0]
    figures = _figures(forecasts, metric)
    reason = _reason(metric, found, figures)
    return GateDecision(
        "promoted" if reason is None else "kept",
        reason
        or Message.of("better than the champion beyond chance ({metric})", metric=metric.name),
        champion_forecasts.version,
        forecasts[CHALLENGER]["as_of"].iloc[0],
        metric.name,
        float(found["difference"]),
        float(found["low"]),
        float(found["high"]),
        figures,
        champion_forecasts.how,
    )


def decide_apart(
    challenger: Target, champion: Target, version: str, earlier: Sequence[str]
) -> GateDecision:
    """Return the decision on a challenger that forecasts another target than the champion.

    The two are not compared: their metrics are not comparable. The first version of
    a target is promoted as a first model is, since the config asks for it. Where there were
    `earlier` ones, somebody let the champion be another: then only `tiercast promote` changes it.
    """
    apart = Message.of(
        "not compared with the champion: this version forecasts {challenger}, the champion "
        "(version {version}) {champion}",
        challenger=challenger,
        champion=champion,
        version=version,
    )
    if not earlier:
        first = "{apart}; it is the first that forecasts what the config asks for now"
        return GateDecision("promoted", Message.of(first, apart=apart), version)
    reason = Message.of(
        "{apart}; version {before}, which forecasts the same as this one, is not the champion, so "
        "only `tiercast promote` changes that",
        apart=apart,
        before=earlier[-1],
    )
    return GateDecision("kept", reason, version)


def first_with_groups(by: str, version: str) -> GateDecision:
    """Return the decision on a challenger with groups that the champion does not know."""
    return GateDecision(
        "promoted",
        Message.of(
            "not compared with the champion (version {version}), which has no groups by {by}",
            version=version,
            by=by,
        ),
        version,
    )


ACTUAL = ["ordered", "value"]


def _paired(
    challenger: pd.DataFrame, champion: pd.DataFrame | None
) -> dict[str, pd.DataFrame] | None:
    """Return both models' forecasts of the newest common cutoff, a row per customer of both."""
    if champion is None or challenger.empty or champion.empty:
        return None
    common = set(challenger["as_of"]) & set(champion["as_of"])
    if not common:
        return None
    new, old = shared_customers(challenger, champion, max(common))
    actual = {name: new[name] for name in ACTUAL}
    return {CHALLENGER: new, CHAMPION: old.assign(**actual)} if len(new) else None


def _figures(forecasts: Mapping[str, pd.DataFrame], metric: Metric) -> dict[str, float]:
    figures = {}
    for model, rows in forecasts.items():
        scores = evaluate(ForecastTable.of(rows), [metric])
        figures[f"{model}_{metric.name}"] = scores[metric.name]
        # Without any actual value the total is not off.
        figures[f"{model}_total_error"] = float(np.nan_to_num(abs(scores["total_bias"])))
        figures[f"{model}_interval_coverage"] = INTERVAL.actual(rows)
    return figures


def _reason(metric: Metric, found: pd.Series, figures: Mapping[str, float]) -> str | None:
    """Return why the challenger is refused; None: it is not."""
    if verdict(metric, found["low"], found["high"]) != BETTER:
        return Message.of(
            "not better than the champion beyond chance ({metric})", metric=metric.name
        )
    worse_level = figures["challenger_total_error"] - figures["champion_total_error"]
    if worse_level > LEVEL_TOLERANCE:
        return Message.of("its total is further off by {more:.1%}", more=worse_level)
    worse_coverage = _miss(figures, CHALLENGER) - _miss(figures, CHAMPION)
    if worse_coverage > COVERAGE_TOLERANCE:
        covered = figures["challenger_interval_coverage"]
        return Message.of(
            "its 90 % intervals hold {covered:.1%} of values, further off than the champion's",
            covered=covered,
        )
    return None


def _miss(figures: Mapping[str, float], who: str) -> float:
    return abs(figures[f"{who}_interval_coverage"] - COVERAGE)


def shared_customers(
    one: pd.DataFrame, other: pd.DataFrame, as_of: dt.date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables' rows of a day for the customers of both, in the order of the first.

    A source may have changed its ids from numbers to text: ids of two types are read as text.

    Examples
    --------
    >>> day = dt.date(2024, 1, 1)
    >>> numbers = pd.DataFrame({"customer_id": [7, 8], "as_of": day})
    >>> texts = pd.DataFrame({"customer_id": ["7"], "as_of": day})
    >>> [len(rows) for rows in shared_customers(numbers, texts, day)]
    [1, 1]
    """
    rows = [frame[frame["as_of"] == as_of] for frame in (one, other)]
    kinds = {pd.api.types.is_numeric_dtype(frame["customer_id"]) for frame in rows}
    if len(kinds) > 1:
        rows = [frame.assign(customer_id=frame["customer_id"].astype(str)) for frame in rows]
    first, second = (frame.set_index("customer_id") for frame in rows)
    shared = first.index[first.index.isin(second.index)]
    return first.loc[shared], second.loc[shared]
