"""Doubly robust scores: what each customer would bring in each arm, right on average."""

import lightgbm as lgb
import numpy as np

from tiercast.arrays import FloatArray, IntArray
from tiercast.campaigns.trial import Trial

# Small trees and many customers a leaf: effects are small beside the noise of money.
SETTINGS: dict[str, object] = {
    "objective": "regression",
    "num_leaves": 8,
    "learning_rate": 0.05,
    "feature_fraction": 0.7,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # many small trees: threads would only wait for each other
    "verbose": -1,
}
ROUNDS = 60
LEAST_LEAF, MOST_LEAF = 10, 200


def fit_mean(matrix: FloatArray, target: FloatArray, seed: int) -> lgb.Booster:
    """Return trees that predict the mean of a target, which may be negative."""
    leaf = int(np.clip(len(target) // 20, LEAST_LEAF, MOST_LEAF))
    return lgb.train(
        SETTINGS | {"seed": seed, "min_data_in_leaf": leaf},
        lgb.Dataset(matrix, target),
        num_boost_round=ROUNDS,
    )


def predict_mean(trees: lgb.Booster, matrix: FloatArray) -> FloatArray:
    """Return the predicted means, (n,)."""
    return np.asarray(trees.predict(matrix), dtype=float)


def fit_arms(trial: Trial, seed: int) -> list[lgb.Booster]:
    """Return the trees of each arm, fitted to its own customers."""
    return [
        fit_mean(trial.matrix[trial.arm == arm], trial.outcome[trial.arm == arm], seed)
        for arm in range(len(trial.names))
    ]


def predict_arms(arms: list[lgb.Booster], matrix: FloatArray) -> FloatArray:
    """Return each customer's mean outcome by arm, (n, k)."""
    return np.column_stack([predict_mean(trees, matrix) for trees in arms])


def doubly_robust_scores(trial: Trial, means: FloatArray) -> FloatArray:
    """Return the augmented inverse propensity scores of each customer and arm, (n, k).

    `means` are outcomes predicted by models that did not see the customer, (n, k). The mean of a
    column is an unbiased estimate of the outcome if everybody were in that arm, however wrong
    the models are, as the chances are known; good models make it narrower.

    References
    ----------
    Robins, Rotnitzky & Zhao 1994; Dudik, Langford & Li 2011, "Doubly robust policy evaluation
    and learning"; Chernozhukov et al. 2018 for the folds.

    Examples
    --------
    >>> arm, outcome = np.array([0, 1]), np.array([1.0, 4.0])
    >>> two = Trial.of_shares(["no", "yes"], arm, outcome, np.ones((2, 1)))
    >>> doubly_robust_scores(two, np.array([[0.5, 2.0], [0.5, 2.0]])).tolist()
    [[1.5, 2.0], [0.5, 6.0]]
    """
    scores = means.copy()
    own = np.arange(len(trial)), trial.arm
    scores[own] += (trial.outcome - means[own]) / trial.chances[own]
    return scores


def folds_of(trial: Trial, folds: int, seed: int) -> IntArray:
    """Return each customer's fold, (n,): every arm is spread evenly over the folds."""
    generator = np.random.default_rng(seed)
    found = np.empty(len(trial), dtype=np.int_)
    for arm in range(len(trial.names)):
        (rows,) = np.nonzero(trial.arm == arm)
        found[generator.permutation(rows)] = np.arange(len(rows)) % folds
    return found
