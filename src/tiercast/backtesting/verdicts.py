"""Better, tie or worse: tiercast against the best other by each metric, and the rules."""

from collections.abc import Sequence

import pandas as pd

from tiercast.backtesting.contender import Contender
from tiercast.backtesting.contenders import TIERCAST
from tiercast.backtesting.forecasts import OriginForecasts
from tiercast.modeling.bootstrap import MetricQuestion, answered, verdict
from tiercast.modeling.measures import OWN
from tiercast.modeling.metrics import Metric

BEST, RULE = "best other", "rule"
RANKING = ("auc", "gini")  # by which every simple rule must be beaten
COLUMNS = ["against", "metric", "other", "ours", "theirs", "difference", "low", "high", "verdict"]


def verdicts(
    forecasts: Sequence[OriginForecasts],
    board: pd.DataFrame,
    contenders: Sequence[Contender],
    seed: int,
    measures: Sequence[Metric] = OWN,
) -> pd.DataFrame:
    """Return a row per metric against the best other, and per simple rule by AUC and Gini.

    Columns: against ("best other" or "rule"), metric, other, ours, theirs, difference (ours less
    theirs), low and high (95 %), verdict. The best other is the best on average of those that
    ran at every origin.
    """
    asked = [*_against_best(board, len(forecasts), measures), *_against_rules(board, contenders)]
    questions = [question for _, question in asked]
    found = answered(questions, [one.cases for one in forecasts], seed)
    found["against"] = [against for against, _ in asked]
    found["metric"] = [question.metric.name for question in questions]
    found["other"] = [question.theirs for question in questions]
    found["verdict"] = [
        verdict(question.metric, low, high)
        for question, low, high in zip(questions, found["low"], found["high"], strict=True)
    ]
    return found[COLUMNS]


def _against_best(
    board: pd.DataFrame, origins: int, measures: Sequence[Metric]
) -> list[tuple[str, MetricQuestion]]:
    others = board[(board["contender"] != TIERCAST) & (board["origins"] == origins)]
    means = others.set_index("contender")
    return [
        (BEST, MetricQuestion(metric, TIERCAST, _best(metric, means[metric.name])))
        for metric in measures
        if len(means) and means[metric.name].notna().any()
    ]


def _best(metric: Metric, means: pd.Series) -> str:
    return str(means.idxmax() if metric.bigger_is_better else means.idxmin())


def _against_rules(
    board: pd.DataFrame, contenders: Sequence[Contender]
) -> list[tuple[str, MetricQuestion]]:
    rules = [one.name for one in contenders if one.kind == "rule"]
    return [
        (RULE, MetricQuestion(metric, TIERCAST, rule))
        for metric in OWN
        if metric.name in RANKING and board[metric.name].notna().any()
        for rule in rules
        if rule in set(board["contender"])
    ]
