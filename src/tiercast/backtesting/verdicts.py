"""Better, tie or worse: tiercast against the best other by each metric, and the rules."""

from collections.abc import Sequence

import pandas as pd

from tiercast.backtesting.contender import Contender
from tiercast.backtesting.contenders import TIERCAST
from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.modeling.bootstrap import MetricComparison, compare_metrics, verdict
from tiercast.modeling.metrics import ALL_METRICS, Metric

BEST, RULE = "best other", "rule"
RANKING = ("auc", "gini")  # by which every simple rule must be beaten
COLUMNS = ["against", "metric", "other", "ours", "theirs", "difference", "low", "high", "verdict"]


def verdicts(
    forecasts: Sequence[OriginForecasts],
    board: pd.DataFrame,
    contenders: Sequence[Contender],
    seed: int,
    metrics: Sequence[Metric] = ALL_METRICS,
) -> pd.DataFrame:
    """Return a row per metric against the best other, and per simple rule by AUC and Gini.

    Columns: against ("best other" or "rule"), metric, other, ours, theirs, difference (ours less
    theirs), low and high (95 %), verdict. The best other is the best on average of those that
    ran at every origin.
    """
    rows = [*_against_best(board, len(forecasts), metrics), *_against_rules(board, contenders)]
    comparisons = [comparison for _, comparison in rows]
    found = compare_metrics(comparisons, [one.by_contender for one in forecasts], seed)
    found["against"] = [against for against, _ in rows]
    found["metric"] = [one.metric.name for one in comparisons]
    found["other"] = [one.theirs for one in comparisons]
    found["verdict"] = [
        verdict(one.metric, low, high)
        for one, low, high in zip(comparisons, found["low"], found["high"], strict=True)
    ]
    return found[COLUMNS]


def _against_best(
    board: pd.DataFrame, origins: int, metrics: Sequence[Metric]
) -> list[tuple[str, MetricComparison]]:
    others = board[(board["contender"] != TIERCAST) & (board["origins"] == origins)]
    means = others.set_index("contender")
    return [
        (BEST, MetricComparison(metric, TIERCAST, _best(metric, means[metric.name])))
        for metric in metrics
        if len(means) and means[metric.name].notna().any()
    ]


def _best(metric: Metric, means: pd.Series) -> str:
    return str(means.idxmax() if metric.bigger_is_better else means.idxmin())


def _against_rules(
    board: pd.DataFrame, contenders: Sequence[Contender]
) -> list[tuple[str, MetricComparison]]:
    rules = [one.name for one in contenders if one.kind == "rule"]
    return [
        (RULE, MetricComparison(metric, TIERCAST, rule))
        for metric in ALL_METRICS
        if metric.name in RANKING and board[metric.name].notna().any()
        for rule in rules
        if rule in set(board["contender"])
    ]
