"""Gradient-boosted trees of LightGBM: grown the same way each time, stored as text."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

import lightgbm as lgb
import numpy as np
import numpy.typing as npt

Objective = Literal["binary", "tweedie", "gamma"]
FloatArray = npt.NDArray[np.float64]

TWEEDIE_POWER = 1.5
MAX_ROUNDS = 500
PATIENCE_ROUNDS = 30


@dataclass(frozen=True)
class TreeParams:
    """How trees grow. The defaults come from holdouts of three shops: small trees, many rows."""

    num_leaves: int = 8
    min_data_in_leaf: int = 100
    learning_rate: float = 0.05
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    lambda_l2: float = 5.0
    rounds: int = 200


def grow(
    objective: Objective,
    matrix: FloatArray,
    target: FloatArray,
    params: TreeParams,
    seed: int,
) -> lgb.Booster:
    """Answer the trees after `params.rounds` rounds."""
    return lgb.train(
        _settings(objective, params, seed, len(target)),
        lgb.Dataset(matrix, target),
        num_boost_round=params.rounds,
    )


def grow_until_best(
    objective: Objective,
    train: tuple[FloatArray, FloatArray],
    valid: tuple[FloatArray, FloatArray],
    params: TreeParams,
    *,
    seed: int,
    watch: Callable[[int, float], None] | None = None,
) -> tuple[lgb.Booster, float, int]:
    """Answer the trees, the best validation loss and the round it was reached in.

    `watch` is told (round, loss) after each round and may raise to stop the growth.
    """
    data = lgb.Dataset(*train)
    callbacks = [lgb.early_stopping(PATIENCE_ROUNDS, verbose=False)]
    if watch is not None:
        callbacks.append(_told(watch))
    booster = lgb.train(
        _settings(objective, params, seed, len(train[1])),
        data,
        num_boost_round=MAX_ROUNDS,
        valid_sets=[lgb.Dataset(*valid, reference=data)],
        valid_names=["valid"],
        callbacks=callbacks,
    )
    ((_, loss),) = booster.best_score["valid"].items()
    return booster, float(loss), booster.best_iteration


def _told(watch: Callable[[int, float], None]) -> Callable[[lgb.callback.CallbackEnv], None]:
    def after_round(env: lgb.callback.CallbackEnv) -> None:
        watch(env.iteration, env.evaluation_result_list[0][2])

    return after_round


def _settings(objective: Objective, params: TreeParams, seed: int, rows: int) -> dict[str, object]:
    settings = asdict(params)
    del settings["rounds"]
    # A leaf may hold at most a tenth of the rows, so that small bases grow trees at all.
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
