from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.evaluation import ForecastTable, evaluate
from tiercast.modeling.metrics import ALL_METRICS
from tiny_origin import origin_forecasts

BY_NAME = {metric.name: metric for metric in ALL_METRICS}


@pytest.fixture
def one():
    """Return one origin at which three contenders ran."""
    return origin_forecasts()


def test_every_metric_is_computed_and_the_error_of_the_total_has_a_sign(one):
    scores = evaluate(one.by_contender["bg_nbd"])
    assert set(scores) == {*BY_NAME, "total_bias"}
    assert scores["total_bias"] == pytest.approx(0.2)
    assert scores["tier_accuracy"] == pytest.approx(0.7)
    # The true tier has .8 for seven customers and .1 for three.
    assert scores["tier_log_loss"] == pytest.approx(-(7 * np.log(0.8) + 3 * np.log(0.1)) / 10)


def test_rows_may_be_drawn_again(one):
    found = one.by_contender["bg_nbd"].score(BY_NAME["mae"], np.array([0, 0, 9]))
    assert found == pytest.approx((10 + 10 + 0) / 3)


def test_metrics_that_need_both_outcomes_or_money_are_undefined_without(one):
    actual = {"churned": np.ones(10), "value": np.zeros(10), "true_tier": np.full(10, 2)}
    scores = evaluate(replace(one.by_contender["tiercast"], **actual))
    assert np.isnan([scores["auc"], scores["gini"], scores["total_bias"]]).all()
    assert scores["tier_accuracy"] == 0.5


def test_a_table_of_stored_forecasts_has_no_tiers():
    rows = {"ordered": [True], "value": [3], "churn_probability": [0.1], "expected_value": [2]}
    scores = evaluate(ForecastTable.of(pd.DataFrame(rows)))
    assert scores["mae"] == 1.0
    assert np.isnan(scores["tier_accuracy"])
