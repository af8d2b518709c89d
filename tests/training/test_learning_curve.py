from dataclasses import replace

import numpy as np
import pytest

from tiercast.modeling.base_size import FEWEST_ROWS
from tiercast.modeling.trees import TreeParams
from tiercast.training.learning_curve import CurvePoint, LearningCurve, learning_curve

TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=10)
EMPTY = LearningCurve((), ())


@pytest.fixture(scope="module")
def curve(wave):
    return learning_curve(wave.panel, TREES, 7)


def points(*log_losses):
    return tuple(CurvePoint(100 * n, n, 0.8, loss) for n, loss in enumerate(log_losses, 1))


def newest(panel):
    return panel.cutoffs[-1]


def test_the_curve_grows_by_customers_and_by_doubled_cutoffs(wave, curve):
    # Of six cutoffs every 30 days, four had ended windows of 60 days by the newest.
    ended = wave.panel.cutoffs[:4]
    known = wave.panel.training_rows[wave.panel.training_rows["as_of"].isin(ended)]
    customers = known["customer_id"].nunique()
    shares = [point.customers / customers for point in curve.by_customers]
    assert shares == pytest.approx([0.1, 0.25, 0.5, 1.0], abs=0.02)
    assert {point.cutoffs for point in curve.by_customers} == {4}
    assert [point.cutoffs for point in curve.by_cutoffs] == [1, 2, 4]
    assert curve.by_cutoffs[-1] == curve.by_customers[-1]
    last = known[known["as_of"] == ended[-1]]["customer_id"].nunique()
    assert curve.by_cutoffs[0].customers == last


def test_points_are_better_than_chance(wave, curve):
    ordered = wave.panel.rows.loc[wave.panel.rows["as_of"] == newest(wave.panel), "ordered"]
    share = ordered.mean()
    by_chance = -(share * np.log(share) + (1 - share) * np.log(1 - share))
    for point in (*curve.by_customers, *curve.by_cutoffs):
        assert point.auc > 0.6
        assert point.log_loss < by_chance


def test_what_had_not_ended_by_the_newest_cutoff_changes_no_point(wave, curve):
    still_open = wave.panel.training_rows["as_of"].isin(wave.panel.cutoffs[4:])
    training_rows = wave.panel.training_rows.copy()
    training_rows.loc[still_open, ["recency_days", "value"]] = 999.0
    training_rows.loc[still_open, "ordered"] = ~training_rows.loc[still_open, "ordered"]
    assert learning_curve(replace(wave.panel, training_rows=training_rows), TREES, 7) == curve


def test_one_seed_draws_the_same_curve(wave, curve):
    assert learning_curve(wave.panel, TREES, 7) == curve
    other = learning_curve(wave.panel, TREES, 8)
    assert other.by_customers[0] != curve.by_customers[0]


def test_without_a_past_cutoff_there_is_no_curve(wave):
    plan = replace(wave.panel.plan, cutoffs=wave.panel.cutoffs[-2:])
    assert learning_curve(replace(wave.panel, plan=plan), TREES, 7) == EMPTY


def test_a_cutoff_after_which_all_or_none_ordered_tells_nothing(wave):
    rows = wave.panel.rows.copy()
    rows.loc[rows["as_of"] == newest(wave.panel), "ordered"] = False
    assert learning_curve(replace(wave.panel, rows=rows), TREES, 7) == EMPTY


def test_parts_too_small_to_learn_from_are_left_out(wave):
    few = set(np.sort(wave.panel.rows["customer_id"].unique())[:160])
    rows, training_rows = (
        frame[frame["customer_id"].isin(few)]
        for frame in (wave.panel.rows, wave.panel.training_rows)
    )
    curve = learning_curve(replace(wave.panel, rows=rows, training_rows=training_rows), TREES, 7)
    assert 0 < len(curve.by_customers) < 4
    assert min(point.customers * point.cutoffs for point in curve.by_customers) >= FEWEST_ROWS / 2


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (EMPTY, ""),
        (
            LearningCurve(points(0.5, 0.4, 0.39), ()),
            "More customers would help: the last step saved 2.5% of the log loss.",
        ),
        (
            LearningCurve((), points(0.4, 0.3972)),
            "More past cutoffs would hardly help: the last step saved 0.7% of the log loss.",
        ),
        (
            LearningCurve(points(0.4, 0.404), points(0.4, 0.39999)),
            "More customers would hardly help: the last step made it no better. "
            "More past cutoffs would hardly help: the last step made it no better.",
        ),
        (
            LearningCurve(points(0.4, 0.3952), points(0.4)),
            "More customers would help: the last step saved 1.2% of the log loss. "
            "There are too few past cutoffs to say whether more would help.",
        ),
    ],
)
def test_the_verdict_by_hand(curve, words):
    assert curve.describe() == words


def test_the_frame_tells_which_of_the_two_grows():
    frame = LearningCurve(points(0.5), points(0.4, 0.3)).frame()
    assert frame["part"].tolist() == ["customers", "cutoffs", "cutoffs"]
    assert frame["log_loss"].tolist() == [0.5, 0.4, 0.3]
    assert list(EMPTY.frame()) == list(frame)
