"""The figures that `make bench` checks: one row per figure, with its limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Measurement = Mapping[str, Any]
Figure = Callable[[Measurement, Measurement], float]


@dataclass(frozen=True)
class Stage:
    """One figure of a stage beside its baseline, and its limit.

    `ours` and `baseline` name runs (`speed.rounds_of_runs`). `figure` returns a number from the
    results of the two. It must be at most `limit`, or at least `limit` if `at_least`. `aim` is a
    good value.
    """

    name: str
    ours: str
    baseline: str
    figure: Figure
    unit: str
    limit: float
    aim: float | None = None
    at_least: bool = False

    def holds(self, figure: float) -> bool:
        """Return whether a figure meets the limit."""
        return figure >= self.limit if self.at_least else figure <= self.limit


def slower(ours: Measurement, baseline: Measurement) -> float:
    """Return the ratio of seconds, ours over the baseline's."""
    return float(ours["seconds"] / baseline["seconds"])


def faster(ours: Measurement, baseline: Measurement) -> float:
    """Return the ratio of seconds, the baseline's over ours."""
    return float(baseline["seconds"] / ours["seconds"])


def larger(ours: Measurement, baseline: Measurement) -> float:
    """Return the ratio of peak memory, ours over the baseline's."""
    return float(ours["peak_mb"] / baseline["peak_mb"])


def seconds(ours: Measurement, _: Measurement) -> float:
    """Return our seconds."""
    return float(ours["seconds"])


def peak_gb(ours: Measurement, _: Measurement) -> float:
    """Return our peak memory in GB."""
    return float(ours["peak_mb"] / 1024)


def filtering(ours: Measurement, baseline: Measurement) -> float:
    """Return the ratio of the median seconds of the page of customers."""
    return float(ours["customers"][0] / baseline["customers"][0])


def apart(ours: Measurement, baseline: Measurement) -> float:
    """Return the largest relative difference of the parameters, in percent."""
    pairs = zip(ours["parameters"], baseline["parameters"], strict=True)
    return 100 * max(abs(own / other - 1) for own, other in pairs)


def spread(ours: Measurement, baseline: Measurement) -> float:
    """Return the largest difference of the first rows' Shapley values."""
    pairs = zip(ours["first"], baseline["first"], strict=True)
    return max(abs(a - b) for own, other in pairs for a, b in zip(own, other, strict=True))


STAGES: tuple[Stage, ...] = (
    Stage("features of one cutoff : one GROUP BY", "features", "group_by", slower, "x", 90, 12),
    Stage("features of one cutoff : peak memory", "features", "", peak_gb, "GB", 4),
    Stage("features of six cutoffs : of one", "features_6", "features", slower, "x", 5, 3),
    Stage("features of six cutoffs : peak memory", "features_6", "", peak_gb, "GB", 4),
    Stage("panel of a training : peak memory", "training_panel", "", peak_gb, "GB", 2.5),
    Stage(
        "score without reasons : features and bare predictions",
        "score", "score_baseline", slower, "x", 2, 1.5,
    ),
    Stage("score, memory : a tenth of the customers", "score", "score_tenth", larger, "x", 1.3),
    Stage("Shapley values : pred_contrib", "shap", "pred_contrib", faster, "x", 20, at_least=True),
    Stage("Shapley values : largest difference", "shap", "pred_contrib", spread, "", 1e-9),
    Stage("BG/NBD fit : lifetimes", "bg_nbd", "lifetimes", faster, "x", 10, at_least=True),
    Stage("BG/NBD fit : parameters apart", "bg_nbd", "lifetimes", apart, "%", 1),
    Stage("web app : 95 % of requests within", "app", "", seconds, "s", 0.5),
    Stage("web app, filtered customers : bare DuckDB", "app", "bare_pages", filtering, "x", 5, 3),
    Stage("web app : peak memory", "app", "", peak_gb, "GB", 4),
    Stage("import tiercast", "import", "", seconds, "s", 0.5),
    Stage("tiercast --help", "help", "", seconds, "s", 0.5),
)  # fmt: skip
DEMO = Stage("make demo", "demo", "", seconds, "s", 180)


def growth_stages(times: float) -> tuple[Stage, ...]:
    """Return the stages of the large base, which is `times` times as large as the other."""
    from math import log

    def exponent(ours: Measurement, baseline: Measurement) -> float:
        return log(ours["seconds"] / baseline["seconds"]) / log(times)

    return (
        Stage("large base : growth exponent", "big", "features", exponent, "", 1.2, 1.1),
        Stage("large base : peak memory", "big", "", peak_gb, "GB", 16),
    )
