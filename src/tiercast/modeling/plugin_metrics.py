"""The metrics of a base: tiercast's own, and those that its plugins add."""

from collections.abc import Sequence
from typing import get_args

from tiercast.config.errors import ConfigError
from tiercast.config.plugins import refuse_taken, rows_of
from tiercast.modeling.metrics import ALL_METRICS, Metric, MetricKind

# Columns and figures that stand beside metrics and are none of them.
TAKEN = ("total_bias", "interval_coverage", "tier_set_coverage", "customers", "origins", "origin")


def metrics_of(plugins: Sequence[str]) -> tuple[Metric, ...]:
    """Return all metrics of a base with these plugins, tiercast's own first.

    Raises
    ------
    ConfigError
        A plugin's metric bears a taken name, or is of no kind there is.
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
    return (*ALL_METRICS, *(metric for _, metric in rows))


def forecast_metrics(plugins: Sequence[str]) -> tuple[Metric, ...]:
    """Return the metrics of churn and value alone, which need no tiers."""
    return tuple(one for one in metrics_of(plugins) if one.kind in ("churn", "value"))
