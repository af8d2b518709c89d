from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from tiercast.modeling.trees import (
    MAX_ROUNDS,
    PATIENCE_ROUNDS,
    RAREST,
    FittedTrees,
    TrainingRows,
    TreeParams,
    base_score,
    fit_trees,
    fit_with_early_stopping,
)

SMALL = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=12)


def sample(count=400, seed=0, objective="binary", offset=0.0):
    """Numbers of which the first decides, some of them missing, and a target."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(count, 3))
    target = (matrix[:, 0] + rng.normal(size=count) > 0).astype(float)
    matrix[rng.random((count, 3)) < 0.1] = np.nan
    return TrainingRows(matrix, TARGETS[objective](target), np.full(count, offset))


TARGETS = {
    "binary": lambda target: target,
    "tweedie": lambda target: target * 9,
    "gamma": lambda target: target * 9 + 1,
}


@pytest.mark.parametrize("objective", list(TARGETS))
def test_one_seed_grows_the_same_trees(objective):
    rows = sample(objective=objective)
    one, other = (fit_trees(objective, rows, SMALL, 7) for _ in range(2))
    assert one.booster.model_to_string() == other.booster.model_to_string()
    assert one.base == other.base
    assert one.booster.num_trees() == one.booster.current_iteration() == SMALL.rounds


def test_another_seed_grows_other_trees():
    rows = sample()
    one, other = (fit_trees("binary", rows, SMALL, seed).raw(rows.matrix) for seed in (7, 8))
    assert (one != other).any()


def test_trees_learn_what_decides():
    gain = fit_trees("binary", sample(), SMALL, 7).booster.feature_importance("gain")
    assert gain.argmax() == 0


def test_a_leaf_may_hold_a_tenth_of_a_small_base():
    wanted = TreeParams(num_leaves=4, min_data_in_leaf=400, rounds=3)
    booster = fit_trees("binary", sample(count=100), wanted, 7).booster
    assert booster.trees_to_dataframe()["split_feature"].notna().any()


def test_trees_stored_as_text_answer_the_same_bits():
    rows = sample(objective="tweedie")
    grown = fit_trees("tweedie", rows, SMALL, 7)
    back = FittedTrees(lgb.Booster(model_str=grown.booster.model_to_string()), grown.base)
    assert back.raw(rows.matrix).tolist() == grown.raw(rows.matrix).tolist()


# Where the trees start from


def test_trees_start_from_the_mean_by_hand():
    rows = TrainingRows(np.zeros((4, 1)), np.array([1.0, 0, 0, 0]), np.array([0.0, 0.2, 0.4, 0.6]))
    # A quarter ordered: log odds log(1/3); the offsets' mean is .3.
    assert base_score("binary", rows) == pytest.approx(np.log(1 / 3) - 0.3)
    money = replace(rows, target=np.array([0.0, 8.0, 0.0, 0.0]))
    assert base_score("tweedie", money) == base_score("gamma", money)
    assert base_score("gamma", money) == pytest.approx(np.log(2) - 0.3)


@pytest.mark.parametrize(("share", "start"), [(0.0, RAREST), (1.0, 1 - RAREST)])
def test_where_all_or_none_ordered_the_start_is_finite(share, start):
    rows = TrainingRows(np.zeros((5, 1)), np.full(5, share), np.zeros(5))
    assert base_score("binary", rows) == pytest.approx(np.log(start / (1 - start)))
    worthless = replace(rows, target=np.zeros(5))
    assert base_score("tweedie", worthless) == pytest.approx(np.log(RAREST))


@pytest.mark.parametrize("objective", list(TARGETS))
def test_an_offset_alike_for_all_moves_the_start_and_no_tree(objective):
    plain, moved = (sample(objective=objective, offset=offset) for offset in (0.0, 0.7))
    one, other = fit_trees(objective, plain, SMALL, 7), fit_trees(objective, moved, SMALL, 7)
    assert other.base == pytest.approx(one.base - 0.7)
    assert other.raw(plain.matrix, moved.offset) == pytest.approx(one.raw(plain.matrix), abs=1e-6)


@pytest.mark.parametrize("objective", ["binary", "tweedie"])
def test_what_the_offset_explains_no_tree_learns(objective):
    rng = np.random.default_rng(5)
    long = rng.random(20_000) < 0.5
    offset = np.where(long, np.log(3.0), 0.0)
    odds = 0.2 * np.exp(offset)
    came = rng.random(20_000) < (odds / (1 + odds) if objective == "binary" else odds / 2)
    rows = TrainingRows(long[:, None].astype(float), came.astype(float), offset)
    grown = fit_trees(objective, rows, replace(SMALL, rounds=30), 7)
    told = grown.raw(np.array([[0.0], [1.0]]))
    # The column that names the long rows has nothing left to say beside their offset.
    assert abs(told[1] - told[0]) < 0.1
    without = fit_trees(objective, replace(rows, offset=np.zeros(20_000)), SMALL, 7)
    first, second = without.raw(np.array([[0.0], [1.0]]))
    assert second - first > 0.3


def test_raw_adds_the_base_and_the_offset():
    rows = sample()
    grown = fit_trees("binary", rows, SMALL, 7)
    trees = grown.booster.predict(rows.matrix, raw_score=True)
    offset = np.arange(400.0)
    assert grown.raw(rows.matrix, offset).tolist() == (trees + grown.base + offset).tolist()


def test_every_so_manieth_row_is_taken():
    rows = TrainingRows(np.arange(10.0).reshape(5, 2), np.arange(5.0), -np.arange(5.0))
    some = rows.every(2)
    assert some.matrix.tolist() == [[0, 1], [4, 5], [8, 9]]
    assert (some.target.tolist(), some.offset.tolist()) == ([0, 2, 4], [0, -2, -4])


# Until the best round


LARGE = TreeParams(num_leaves=8, learning_rate=0.12)


def test_growth_ends_at_the_best_round_and_watching_changes_nothing():
    seen = []
    grown, loss, best_round = fit_with_early_stopping(
        "binary",
        sample(),
        sample(seed=1),
        LARGE,
        seed=7,
        watch=lambda number, found: seen.append((number, found)),
    )
    assert [number for number, _ in seen] == list(range(len(seen)))
    losses = [found for _, found in seen]
    assert loss == min(losses)
    assert best_round == losses.index(loss) + 1
    assert len(seen) in (best_round + PATIENCE_ROUNDS, MAX_ROUNDS)
    assert grown.booster.best_iteration == best_round
    alone = fit_with_early_stopping("binary", sample(), sample(seed=1), LARGE, seed=7)
    assert alone[1:] == (loss, best_round)


def test_the_loss_is_that_of_the_best_trees_on_the_rows_to_judge_by():
    valid = sample(seed=1, offset=0.3)
    grown, loss, _ = fit_with_early_stopping("binary", sample(), valid, LARGE, seed=7)
    log_odds = grown.raw(valid.matrix, valid.offset)
    by_hand = np.logaddexp(0, log_odds) - valid.target * log_odds
    assert loss == pytest.approx(by_hand.mean(), abs=1e-6)


def test_a_watcher_may_stop_the_growth():
    class EnoughError(Exception):
        pass

    def watch(number, _):
        if number == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        fit_with_early_stopping("binary", sample(), sample(seed=1), SMALL, seed=7, watch=watch)
