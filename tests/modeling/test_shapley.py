import lightgbm as lgb
import numpy as np
import pytest

from tiercast.modeling.shapley import LEAF_BITS, PART_BITS, TreeShapley
from tiercast.modeling.trees import TrainingRows, TreeParams, fit_trees

EXACT = 1e-12
SHALLOW = TreeParams(num_leaves=8, min_data_in_leaf=20, rounds=20)
DEEP = TreeParams(num_leaves=31, min_data_in_leaf=5, rounds=5, feature_fraction=1.0, lambda_l2=0.0)


def rows(number, seed=1):
    """Return rows with missing values in all columns but the last."""
    rng = np.random.default_rng(seed)
    matrix = rng.exponential(size=(number, 15))
    matrix[:, :-1][rng.random((number, 14)) < 0.05] = np.nan
    return matrix


@pytest.fixture(params=[SHALLOW, DEEP], ids=["shallow", "deep"], scope="module")
def booster(request):
    matrix = rows(2_000)
    known = np.nan_to_num(matrix)
    # The first column above 2 decides: LightGBM's leaf-wise trees go far down to one side.
    target = 2.0 ** (15 - np.argmax(known > 2, axis=1)) + known[:, 0]
    sample = TrainingRows(matrix, target, np.zeros(len(matrix)))
    return fit_trees("gamma", sample, request.param, 7).booster


def test_values_are_lightgbms_own(booster):
    own = booster.predict(rows(300, seed=2), pred_contrib=True)[:, :-1]
    assert TreeShapley(booster).values(rows(300, seed=2)) == pytest.approx(own, abs=EXACT)


def test_a_column_that_was_never_missing_in_training_may_be_missing(booster):
    matrix = rows(300, seed=2)
    matrix[::3, -1] = np.nan
    own = booster.predict(matrix, pred_contrib=True)[:, :-1]
    assert TreeShapley(booster).values(matrix) == pytest.approx(own, abs=EXACT)


def test_rows_have_the_same_values_to_the_bit_alone_and_among_others(booster):
    shapley, matrix = TreeShapley(booster), rows(300, seed=2)
    alone = np.vstack([shapley.values(matrix[at : at + 1]) for at in range(50)])
    assert np.array_equal(alone, shapley.values(matrix)[:50])


def test_the_deep_trees_have_every_kind_of_part(booster):
    parts = TreeShapley(booster)._parts
    single = [len(part.bits) for part in parts if len(part.leaves) == 1]
    assert max(len(part.bits) for part in parts if len(part.leaves) > 1) <= PART_BITS
    is_deep = max(tree["num_leaves"] for tree in booster.dump_model()["tree_info"]) > 8
    assert is_deep == any(bits > LEAF_BITS for bits in single)
    assert is_deep == any(PART_BITS < bits <= LEAF_BITS for bits in single)


def test_a_tree_of_two_leaves_by_hand():
    """Of 4 rows one goes right, to +3; three go left, to -1: the mean is 0."""
    matrix = np.array([[0.0], [0.0], [0.0], [1.0]])
    data = lgb.Dataset(matrix, [-1.0, -1.0, -1.0, 3.0])
    settings = {"min_data_in_leaf": 1, "min_data_in_bin": 1, "learning_rate": 1.0, "verbose": -1}
    booster = lgb.train(settings, data, num_boost_round=1)
    assert TreeShapley(booster).values(matrix)[:, 0] == pytest.approx([-1, -1, -1, 3])


def test_trees_without_a_split_add_nothing():
    data = lgb.Dataset(np.zeros((10, 2)), np.arange(10.0))
    booster = lgb.train({"verbose": -1}, data, num_boost_round=2)
    shapley = TreeShapley(booster)
    assert np.array_equal(shapley.values(rows(3)[:, :2]), np.zeros((3, 2)))
    assert np.array_equal(shapley.values(rows(30)[:, :2]), np.zeros((30, 2)))
