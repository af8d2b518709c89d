from dataclasses import replace

import pytest

from tiercast.backtesting.contenders import CONTENDERS
from tiercast.backtesting.grade import GRADES, Findings, grade
from tiercast.backtesting.leaderboard import leaderboard, scores_by_origin
from tiercast.backtesting.verdicts import verdicts

BEST = Findings(
    worse=0, rules_compared=6, rules_beaten=6, rules_lost=0, total_error=0.10, ece=0.03
)


@pytest.mark.parametrize(
    ("changes", "letter"),
    [
        ({}, "A"),
        ({"worse": 1}, "B"),
        ({"worse": 4}, "C"),
        ({"rules_beaten": 5}, "B"),
        ({"rules_beaten": 5, "rules_lost": 1}, "D"),
        ({"total_error": 0.11}, "B"),
        ({"total_error": 0.21}, "C"),
        ({"total_error": 0.36}, "D"),
        ({"ece": 0.031}, "B"),
        ({"ece": 0.051}, "C"),
        ({"ece": 0.11}, "D"),
        ({"total_error": float("nan")}, "D"),
    ],
)
def test_the_grade_is_the_best_whose_rule_holds(changes, letter):
    assert grade(replace(BEST, **changes)).rule.letter == letter


def test_each_better_grade_takes_more():
    limits = [(r.most_worse, r.total_error, r.ece) for r in GRADES[:2]]
    assert all(better < lesser for better, lesser in zip(*limits, strict=True))
    assert GRADES[-1].text == "otherwise"


def test_the_rule_is_told_with_its_limits():
    assert GRADES[0].text == (
        "at most 0 metrics (MAE aside) worse than the best other's, every simple rule beaten "
        "beyond chance on AUC and Gini, the total off by at most 10% on average, churn risks off "
        "by at most 0.030 (ECE)"
    )


def test_findings_are_counted_from_verdicts_without_the_mean_distance(one):
    board = leaderboard(scores_by_origin([one], CONTENDERS))
    found = verdicts([one], board, CONTENDERS, seed=7).assign(verdict="tie")
    found.loc[found["metric"].isin(["mae", "rmse"]), "verdict"] = "worse"
    found.loc[(found["against"] == "rule") & (found["metric"] == "auc"), "verdict"] = "better"
    counted = Findings.of(found, board)
    assert (counted.worse, counted.rules_compared, counted.rules_beaten) == (1, 2, 1)
    assert (counted.rules_lost, counted.total_error) == (0, 0.0)
    assert counted.ece == pytest.approx(0.02)
