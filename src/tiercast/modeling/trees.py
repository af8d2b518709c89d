"""Gradient-boosted trees of LightGBM, fitted in a repeatable way and stored as text."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Annotated, Literal, Self

import lightgbm as lgb
import numpy as np
from pydantic import PlainSerializer, PlainValidator
from scipy.special import logit

from tiercast.arrays import FloatArray
from tiercast.modeling.shapley import TreeShapley

Objective = Literal["binary", "tweedie", "gamma"]
# In JSON, LightGBM's text: reading it runs no code, and every number comes back to the last bit.
StoredTrees = Annotated[
    lgb.Booster,
    PlainValidator(lambda text: lgb.Booster(model_str=text)),
    PlainSerializer(lambda booster: booster.model_to_string()),
]

TWEEDIE_POWER = 1.5
MAX_ROUNDS = 500
PATIENCE_ROUNDS = 30
RAREST = 1e-4  # least distance of a base score's mean from 0 and 1


@dataclass(frozen=True)
class TreeParams:
    """Parameters of trees; the defaults did best on holdouts of three shops."""

    num_leaves: int = 8
    min_data_in_leaf: int = 100
    learning_rate: float = 0.05
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    lambda_l2: float = 5.0
    rounds: int = 200


@dataclass(frozen=True)
class TrainingRows:
    """Rows to train on: a matrix (n, k), targets (n,), and offsets (n,).

    An offset is what is known of a row's log odds or log mean beforehand.
    """

    matrix: FloatArray
    target: FloatArray
    offset: FloatArray

    def every(self, step: int) -> Self:
        """Return every `step`-th row."""
        chosen = slice(None, None, step)
        return type(self)(self.matrix[chosen], self.target[chosen], self.offset[chosen])


@dataclass(frozen=True)
class FittedTrees:
    """Trees and the score they start from."""

    booster: StoredTrees
    base: float

    def raw(self, matrix: FloatArray, offset: FloatArray | float = 0.0) -> FloatArray:
        """Return log odds or log means, (n,)."""
        found = self.booster.predict(matrix, raw_score=True)
        return np.asarray(found, dtype=float) + self.base + offset

    @cached_property
    def mean(self) -> float:
        """The mean score of the training rows without offset, where Shapley values start."""
        row = np.zeros((1, self.booster.num_feature()))
        contributions = np.asarray(self.booster.predict(row, pred_contrib=True), dtype=float)
        return float(contributions[0, -1]) + self.base

    @cached_property
    def shapley(self) -> TreeShapley:
        """Computes the Shapley values of the score; created when it is first needed."""
        return TreeShapley(self.booster)


def base_score(objective: Objective, sample: TrainingRows) -> float:
    """Return the log odds or log mean of the target, less the mean offset."""
    mean = float(sample.target.mean())
    if objective == "binary":
        start = logit(np.clip(mean, RAREST, 1.0 - RAREST))
    else:
        start = np.log(max(mean, RAREST))
    return float(start - sample.offset.mean())


def fit_trees(
    objective: Objective, sample: TrainingRows, params: TreeParams, seed: int
) -> FittedTrees:
    """Return the trees after `params.rounds` rounds."""
    base = base_score(objective, sample)
    booster = lgb.train(
        _settings(objective, params, seed, len(sample.target)),
        _dataset(sample, base),
        num_boost_round=params.rounds,
    )
    return FittedTrees(booster, base)


def fit_with_early_stopping(
    objective: Objective,
    train: TrainingRows,
    valid: TrainingRows,
    params: TreeParams,
    *,
    seed: int,
    watch: Callable[[int, float], None] | None = None,
) -> tuple[FittedTrees, float, int]:
    """Return the trees, the best validation loss and the round it was reached in.

    `watch` gets (round, loss) after each round and may raise to stop the fit.
    """
    base = base_score(objective, train)
    data = _dataset(train, base)
    callbacks = [lgb.early_stopping(PATIENCE_ROUNDS, verbose=False)]
    if watch is not None:
        callbacks.append(_after_round(watch))
    booster = lgb.train(
        _settings(objective, params, seed, len(train.target)),
        data,
        num_boost_round=MAX_ROUNDS,
        valid_sets=[_dataset(valid, base, data)],
        valid_names=["valid"],
        callbacks=callbacks,
    )
    ((_, loss),) = booster.best_score["valid"].items()
    return FittedTrees(booster, base), float(loss), booster.best_iteration


def _dataset(
    sample: TrainingRows, base: float, reference: lgb.Dataset | None = None
) -> lgb.Dataset:
    return lgb.Dataset(
        sample.matrix, sample.target, init_score=sample.offset + base, reference=reference
    )


def _after_round(
    watch: Callable[[int, float], None],
) -> Callable[[lgb.callback.CallbackEnv], None]:
    def after_round(env: lgb.callback.CallbackEnv) -> None:
        watch(env.iteration, env.evaluation_result_list[0][2])

    return after_round


def _settings(objective: Objective, params: TreeParams, seed: int, rows: int) -> dict[str, object]:
    settings = asdict(params)
    del settings["rounds"]
    # A leaf may hold at most a tenth of the rows, so that small bases get trees at all.
    settings["min_data_in_leaf"] = max(5, min(params.min_data_in_leaf, rows // 10))
    return settings | {
        "objective": objective,
        "tweedie_variance_power": TWEEDIE_POWER,
        "bagging_freq": 1,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2,
        "verbose": -1,
    }
