import lightgbm as lgb
import numpy as np
import pytest

from tiercast.modeling.trees import MAX_ROUNDS, PATIENCE_ROUNDS, TreeParams, grow, grow_until_best

SMALL = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=12)


def rows(count=400, seed=0):
    """Numbers of which the first decides, some of them missing, and a 0/1 target."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(count, 3))
    target = (matrix[:, 0] + rng.normal(size=count) > 0).astype(float)
    matrix[rng.random((count, 3)) < 0.1] = np.nan
    return matrix, target


TARGETS = {
    "binary": lambda target: target,
    "tweedie": lambda target: target * 9,
    "gamma": lambda target: target * 9 + 1,
}


@pytest.mark.parametrize("objective", list(TARGETS))
def test_one_seed_grows_the_same_trees(objective):
    matrix, target = rows()
    grown = [grow(objective, matrix, TARGETS[objective](target), SMALL, seed) for seed in (7, 7)]
    assert grown[0].model_to_string() == grown[1].model_to_string()
    assert grown[0].num_trees() == SMALL.rounds
    assert grown[0].current_iteration() == SMALL.rounds


def test_another_seed_grows_other_trees():
    matrix, target = rows()
    one, other = (grow("binary", matrix, target, SMALL, seed).predict(matrix) for seed in (7, 8))
    assert (one != other).any()


def test_trees_learn_what_decides():
    matrix, target = rows()
    gain = grow("binary", matrix, target, SMALL, 7).feature_importance("gain")
    assert gain.argmax() == 0


def test_a_leaf_may_hold_a_tenth_of_a_small_base():
    matrix, target = rows(count=100)
    wanted = TreeParams(num_leaves=4, min_data_in_leaf=400, rounds=3)
    booster = grow("binary", matrix, target, wanted, 7)
    assert booster.trees_to_dataframe()["split_feature"].notna().any()


def test_trees_stored_as_text_answer_the_same_bits():
    matrix, target = rows()
    booster = grow("tweedie", matrix, target * 9, SMALL, 7)
    back = lgb.Booster(model_str=booster.model_to_string())
    assert back.predict(matrix).tolist() == booster.predict(matrix).tolist()


def test_growth_ends_at_the_best_round_and_watching_changes_nothing():
    seen = []
    booster, loss, best_round = grow_until_best(
        "binary",
        rows(),
        rows(seed=1),
        TreeParams(num_leaves=8, learning_rate=0.12),
        seed=7,
        watch=lambda number, found: seen.append((number, found)),
    )
    assert [number for number, _ in seen] == list(range(len(seen)))
    losses = [found for _, found in seen]
    assert loss == min(losses)
    assert best_round == losses.index(loss) + 1
    assert len(seen) in (best_round + PATIENCE_ROUNDS, MAX_ROUNDS)
    assert booster.best_iteration == best_round
    alone = grow_until_best(
        "binary", rows(), rows(seed=1), TreeParams(num_leaves=8, learning_rate=0.12), seed=7
    )
    assert alone[1:] == (loss, best_round)


def test_a_watcher_may_stop_the_growth():
    class EnoughError(Exception):
        pass

    def watch(number, _):
        if number == 3:
            raise EnoughError

    with pytest.raises(EnoughError):
        grow_until_best("binary", rows(), rows(seed=1), SMALL, seed=7, watch=watch)
