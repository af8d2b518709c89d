"""Which way forecasts a group, judged on made-up past days."""

import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.metrics import METRICS
from tiercast.training.group_choice import Way, best_way

LOG_LOSS = next(metric for metric in METRICS if metric.name == "log_loss")
DAYS, CUSTOMERS = 3, 800


def days(sharpness, level=1.0):
    """Return forecasts of past days; a sharpness of 1 is the true chance, 0 the mean."""
    rng = np.random.default_rng(1)
    frames = []
    for _ in range(DAYS):
        chance = rng.beta(0.6, 0.6, CUSTOMERS)
        ordered = rng.random(CUSTOMERS) < chance
        order = sharpness * chance + (1 - sharpness) * 0.5
        frames.append(
            pd.DataFrame(
                {
                    "ordered": ordered,
                    "value": ordered * 10.0,
                    "churn_probability": np.clip(1 - order, 0.01, 0.99),
                    "expected_value": order * 10.0 * level,
                }
            )
        )
    return frames


def way(how, sharpness, level=1.0):
    return Way(how, None, days(sharpness, level))


SHARED = way("shared", 0.6)


def test_a_model_of_its_own_is_taken_if_it_is_better_beyond_chance():
    chosen, choice = best_way(SHARED, [way("own", 1.0)], LOG_LOSS, seed=1)
    assert chosen.how == choice.how == "own"
    difference, low, high = choice.figures["own"].difference
    assert low < difference < high < 0
    assert choice.why.startswith(f"log_loss {difference:+.4f}")


def test_a_way_that_is_no_better_is_not_taken():
    chosen, choice = best_way(SHARED, [way("own", 0.6)], LOG_LOSS, seed=1)
    assert chosen.how == "shared"
    assert choice.why == "no other way is better beyond chance (log_loss)"


def test_a_better_model_whose_total_is_further_off_is_not_taken():
    chosen, _ = best_way(SHARED, [way("own", 1.0, level=1.2)], LOG_LOSS, seed=1)
    assert chosen.how == "shared"


@pytest.mark.parametrize(("how", "taken"), [("recalibrated", True), ("own", False)])
def test_the_level_of_the_group_is_taken_if_the_total_of_every_day_is_nearer(how, taken):
    too_high = way("shared", 0.6, level=1.3)
    chosen, _ = best_way(too_high, [way(how, 0.6)], LOG_LOSS, seed=1)
    assert (chosen.how == how) is taken


def test_of_two_better_ways_the_better_one_is_taken():
    others = [way("recalibrated", 0.8), way("own", 1.0)]
    assert best_way(SHARED, others, LOG_LOSS, seed=1)[0].how == "own"
