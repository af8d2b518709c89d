import pytest

from tiercast.backtesting.contenders import CONTENDERS
from tiercast.backtesting.leaderboard import leaderboard, scores_by_origin
from tiercast.backtesting.verdicts import verdicts
from tiercast.modeling.metrics import ALL_METRICS


def judged(forecasts):
    board = leaderboard(scores_by_origin(forecasts, CONTENDERS))
    return verdicts(forecasts, board, CONTENDERS, seed=7)


def test_each_metric_is_held_against_the_best_other(one):
    found = judged([one])
    best = found[found["against"] == "best other"].set_index("metric")
    assert list(best.index) == [metric.name for metric in ALL_METRICS]
    assert best.loc["mae", "other"] == "bg_nbd"
    assert best.loc["tier_accuracy", "other"] == "recency"
    assert best.loc["mae", ["ours", "theirs"]].tolist() == [0.0, pytest.approx(3.0)]


def test_simple_rules_are_held_against_by_auc_and_gini(one):
    found = judged([one])
    rules = found[found["against"] == "rule"]
    assert rules[["metric", "other", "verdict"]].to_numpy().tolist() == [
        ["auc", "recency", "better"],
        ["gini", "recency", "better"],
    ]


def test_who_did_not_run_everywhere_is_not_the_best_other(two):
    found = judged(two)
    assert set(found["other"]) == {"recency"}
