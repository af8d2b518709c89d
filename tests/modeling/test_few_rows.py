"""Shapley values of few rows are WOODELF's, to the last bit."""

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.shapley import TreeShapley

COLUMNS = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def booster() -> lgb.Booster:
    matrix = rows(600)
    target = (np.nansum(matrix[:, :2], axis=1) + (matrix[:, 2] > 1) > 0).astype(float)
    settings = {"objective": "binary", "num_leaves": 6, "verbose": -1, "num_threads": 1}
    data = lgb.Dataset(matrix, target, feature_name=COLUMNS)
    return lgb.train(settings | {"max_depth": 4}, data, num_boost_round=12)


def rows(count: int) -> np.ndarray:
    rng = np.random.default_rng(count)
    matrix = rng.normal(scale=3, size=(count, len(COLUMNS)))
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    return matrix


def by_woodelf(shapley: TreeShapley, matrix: np.ndarray) -> np.ndarray:
    frame = pd.DataFrame(matrix, columns=COLUMNS)
    found = shapley._explainer.shap_values(
        frame, path_to_matrices_calculator=shapley._vectors, verbose=False
    )
    return np.asarray(found, dtype=np.float64)


def test_few_rows_have_the_values_that_they_have_alone(booster):
    shapley, matrix = TreeShapley(booster), rows(20)
    assert np.array_equal(shapley.values(matrix), by_woodelf(shapley, matrix))


def test_few_rows_have_the_values_that_they_have_in_a_batch(booster):
    shapley, batch = TreeShapley(booster), rows(400)
    shapley.as_in_batches_of(len(batch))
    assert np.array_equal(shapley.values(batch[:20]), by_woodelf(shapley, batch)[:20])
