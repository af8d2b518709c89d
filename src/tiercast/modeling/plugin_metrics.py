"""The metrics of a base: tiercast's own, and those that its plugins add."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from tiercast.config.errors import ConfigError
from tiercast.config.plugins import guarded, own_code, refuse_taken, rows_of
from tiercast.modeling.evaluation import ForecastTable
from tiercast.modeling.metrics import ALL_METRICS, Metric, MetricKind

# Twelve made-up customers, half of whom bought, on whom a plugin's metric is tried.
TRIAL = ForecastTable(
    churned=np.tile([0.0, 1.0], 6),
    value=np.tile([30.0, 0.0, 10.0, 0.0], 3),
    churn_probability=np.linspace(0.1, 0.9, 12),
    expected_value=np.linspace(25.0, 1.0, 12),
    true_tier=np.tile([0, 2, 1, 2], 3),
    tier=np.repeat([0, 1, 2], 4),
    tier_chances=np.tile([0.2, 0.3, 0.5], (12, 1)),
)
# Columns and figures that stand beside metrics and are none of them.
TAKEN = ("total_bias", "interval_coverage", "tier_set_coverage", "customers", "origins", "origin")


def metrics_of(plugins: Sequence[str]) -> tuple[Metric, ...]:
    """Return all metrics of a base with these plugins, tiercast's own first.

    Raises
    ------
    ConfigError
        A plugin's metric has a used name or an unknown kind, or fails on made-up customers.
    """
    rows = rows_of(plugins, "metrics", Metric)
    taken = (*TAKEN, "contender", *(metric.name for metric in ALL_METRICS))
    refuse_taken([(plugin, metric.name) for plugin, metric in rows], taken, "metric")
    for plugin, metric in rows:
        if metric.kind not in get_args(MetricKind):
            raise ConfigError(
                f"Plugin `{plugin}`: the metric `{metric.name}` must be of one of the kinds "
                f"{', '.join(get_args(MetricKind))}, but is of {metric.kind!r}."
            )
        _try(plugin, metric)
    return (*ALL_METRICS, *(_named(plugin, metric) for plugin, metric in rows))


def forecast_metrics(plugins: Sequence[str]) -> tuple[Metric, ...]:
    """Return the metrics of churn and value alone, which need no tiers."""
    return tuple(one for one in metrics_of(plugins) if one.kind in ("churn", "value"))


def _try(plugin: str, metric: Metric) -> None:
    what = f"the metric `{metric.name}`, tried on 12 made-up customers,"
    with own_code(plugin, what):
        score = TRIAL.score(metric)
    if not math.isfinite(score):
        raise ConfigError(
            f"Plugin `{plugin}`: {what} must be a finite number, but is {score}; mend its "
            "function."
        )


def _named(plugin: str, metric: Metric) -> Metric:
    """Return the metric, whose errors name it."""
    what = f"the metric `{metric.name}`"
    return replace(metric, function=guarded(plugin, what, metric.function))
