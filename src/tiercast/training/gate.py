"""Whether a challenger takes the champion's place: same customers, same past day, an interval."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.modeling.bootstrap import BETTER, MetricQuestion, answered, verdict
from tiercast.modeling.case import Case, Truth
from tiercast.modeling.distribution import COVERAGE
from tiercast.modeling.metrics import METRICS, Metric, total_error
from tiercast.modeling.target import Target
from tiercast.training.shared_ids import with_shared_ids

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
    champion_said: str | None = None


@dataclass(frozen=True)
class ChampionForecasts:
    """The champion's version, what it said of past cutoffs (None: nothing), and how it could."""

    version: str
    said: pd.DataFrame | None
    how: str | None = None


def decide(
    challenger: pd.DataFrame,
    champion_forecasts: ChampionForecasts | None,
    metric_name: str,
    seed: int,
    measures: Sequence[Metric] = METRICS,
) -> GateDecision:
    """Return whether the challenger is promoted.

    Both sides are past forecasts (customer_id, as_of, ordered, value, churn_probability,
    expected_value, value_low, value_high). They are compared on the newest cutoff that both
    forecast: the challenger must be better by the metric beyond a paired bootstrap interval of
    95 %, its total must not be further off by more than 2 points, and the coverage of its
    intervals not further from 90 %, by more than 2 points, than the champion's.
    """
    if champion_forecasts is None:
        return GateDecision("promoted", "it is the first model")
    pairs = _paired(challenger, champion_forecasts.said)
    if pairs is None:
        return GateDecision(
            "kept", "no past cutoff was forecast by both models", champion_forecasts.version
        )
    metric = next(metric for metric in measures if metric.name == metric_name)
    found = _compared(pairs, metric, seed)
    figures = _figures(pairs, found, metric)
    reason = _reason(metric, found, figures)
    return GateDecision(
        "promoted" if reason is None else "kept",
        reason or f"better than the champion beyond chance ({metric.name})",
        champion_forecasts.version,
        pairs["as_of"].iloc[0],
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

    The two are not compared: no metric of one says anything of the other. The first version of
    a target is promoted as a first model is, since the config asks for it. Where there were
    `earlier` ones, somebody let the champion be another: then only `tiercast promote` changes it.
    """
    apart = (
        f"not compared with the champion: this version forecasts {challenger}, the champion "
        f"(version {version}) {champion}"
    )
    if not earlier:
        reason = f"{apart}; it is the first that forecasts what the config asks for now"
        return GateDecision("promoted", reason, version)
    before = f"version {earlier[-1]}, which forecasts the same as this one, is not the champion"
    reason = f"{apart}; {before}, so only `tiercast promote` changes that"
    return GateDecision("kept", reason, version)


TOLD = ["churn_probability", "expected_value", "value_low", "value_high"]


def _paired(challenger: pd.DataFrame, champion: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return what both said of the newest common cutoff, a row per customer of both."""
    if champion is None or challenger.empty or champion.empty:
        return None
    common = set(challenger["as_of"]) & set(champion["as_of"])
    if not common:
        return None
    newest = max(common)
    new = challenger[challenger["as_of"] == newest]
    old = champion.loc[champion["as_of"] == newest, ["customer_id", *TOLD]]
    new, old = with_shared_ids(new, old)
    pairs = new.merge(old, on="customer_id", suffixes=(f"_{CHALLENGER}", f"_{CHAMPION}"))
    return pairs if len(pairs) else None


def _compared(pairs: pd.DataFrame, metric: Metric, seed: int) -> pd.Series:
    cases = {who: _case(pairs, who) for who in (CHALLENGER, CHAMPION)}
    return answered([MetricQuestion(metric, CHALLENGER, CHAMPION)], [cases], seed).iloc[0]


def _case(pairs: pd.DataFrame, who: str) -> Case:
    """Return a model's forecast beside what came; tiers are not compared."""
    nobody = np.zeros(len(pairs), dtype=int)
    truth = Truth(1.0 - pairs["ordered"].to_numpy(dtype=float), _floats(pairs["value"]), nobody)
    return Case(
        truth,
        _floats(pairs[f"churn_probability_{who}"]),
        _floats(pairs[f"expected_value_{who}"]),
        nobody,
        np.empty((len(pairs), 0)),
    )


def _figures(pairs: pd.DataFrame, found: pd.Series, metric: Metric) -> dict[str, float]:
    scores = {CHALLENGER: found["ours"], CHAMPION: found["theirs"]}
    figures = {}
    for who, score in scores.items():
        figures[f"{who}_{metric.name}"] = float(score)
        figures[f"{who}_total_error"] = _total_error(pairs, who)
        figures[f"{who}_interval_coverage"] = _coverage(pairs, who)
    return figures


def _total_error(pairs: pd.DataFrame, who: str) -> float:
    value = _floats(pairs["value"])
    if value.sum() <= 0:
        return 0.0
    return abs(total_error(value, _floats(pairs[f"expected_value_{who}"])))


def _coverage(pairs: pd.DataFrame, who: str) -> float:
    inside = pairs["value"].between(pairs[f"value_low_{who}"], pairs[f"value_high_{who}"])
    return float(inside.mean())


def _reason(metric: Metric, found: pd.Series, figures: Mapping[str, float]) -> str | None:
    """Return why the challenger is refused; None: it is not."""
    if verdict(metric, found["low"], found["high"]) != BETTER:
        return f"not better than the champion beyond chance ({metric.name})"
    worse_level = figures["challenger_total_error"] - figures["champion_total_error"]
    if worse_level > LEVEL_TOLERANCE:
        return f"its total is further off by {worse_level:.1%}"
    worse_coverage = _miss(figures, CHALLENGER) - _miss(figures, CHAMPION)
    if worse_coverage > COVERAGE_TOLERANCE:
        covered = figures["challenger_interval_coverage"]
        return f"its 90 % intervals hold {covered:.1%} of values, further off than the champion's"
    return None


def _miss(figures: Mapping[str, float], who: str) -> float:
    return abs(figures[f"{who}_interval_coverage"] - COVERAGE)


def _floats(column: pd.Series) -> FloatArray:
    return column.to_numpy(dtype=float)
