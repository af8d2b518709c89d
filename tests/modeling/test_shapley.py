import numpy as np
import pandas as pd
import pytest
from woodelf import WoodelfExplainer

from tiercast.modeling.shapley import DEEPEST_KEPT, TreeShapley
from tiercast.modeling.trees import TrainingRows, TreeParams, fit_trees

TOLERANCE = 2e-5  # between WOODELF and LightGBM
SHALLOW = TreeParams(num_leaves=8, min_data_in_leaf=20, rounds=20)
DEEP = TreeParams(num_leaves=31, min_data_in_leaf=5, rounds=5, feature_fraction=1.0, lambda_l2=0.0)


def rows(number, seed=1):
    return np.random.default_rng(seed).exponential(size=(number, 12))


@pytest.fixture(params=[SHALLOW, DEEP], ids=["shallow", "deep"], scope="module")
def booster(request):
    matrix = rows(2_000)
    # A staircase far to one side makes LightGBM's leaf-wise trees deep.
    target = np.floor(matrix @ np.exp(2 * np.arange(12.0) / 12)) + np.exp(matrix[:, 0])
    sample = TrainingRows(matrix, target, np.zeros(len(matrix)))
    return fit_trees("gamma", sample, request.param, 7).booster


def test_values_are_lightgbms_own(booster):
    own = booster.predict(rows(300, seed=2), pred_contrib=True)[:, :-1]
    found = TreeShapley(booster).values(rows(300, seed=2))
    assert found == pytest.approx(own, abs=TOLERANCE * max(1.0, np.abs(own).max()))


def test_what_is_kept_from_batch_to_batch_changes_no_value(booster):
    """Woodelf, asked anew for each batch, answers the same to the last bit."""
    kept = TreeShapley(booster)
    for seed in (2, 3, 2):
        named = pd.DataFrame(rows(300, seed), columns=booster.feature_name())
        anew = WoodelfExplainer(booster).shap_values(named, verbose=False)
        assert kept.values(rows(300, seed)).tolist() == anew.astype(float).tolist()


def test_vectors_of_a_leaf_are_computed_once(booster):
    shapley = TreeShapley(booster)
    shapley.values(rows(300))
    if shapley._vectors is None:
        assert max(tree.depth for tree in shapley._explainer.model.trees) > DEEPEST_KEPT
        return
    calls = shapley._vectors.s_computation_calls
    shapley.values(rows(300, seed=2))
    assert shapley._vectors.s_computation_calls == calls > 0
