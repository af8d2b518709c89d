from dataclasses import replace

import numpy as np
import pytest

from tiercast.modeling.case import MEASURES, Truth
from tiny_origin import origin_forecasts

BY_NAME = {metric.name: metric for metric in MEASURES}


@pytest.fixture
def one():
    """Return one origin at which three contenders ran."""
    return origin_forecasts()


def test_a_case_scores_by_every_measure_and_tells_which_way_the_total_is_off(one):
    scores = one.cases["bg_nbd"].scores()
    assert set(scores) == {*BY_NAME, "total_bias"}
    assert scores["total_bias"] == pytest.approx(0.2)
    assert scores["tier_accuracy"] == pytest.approx(0.7)
    # The tier that came has .8 for seven customers and .1 for three.
    assert scores["tier_log_loss"] == pytest.approx(-(7 * np.log(0.8) + 3 * np.log(0.1)) / 10)


def test_rows_may_be_drawn_again(one):
    found = one.cases["bg_nbd"].score(BY_NAME["mae"], np.array([0, 0, 9]))
    assert found == pytest.approx((10 + 10 + 0) / 3)


def test_what_cannot_be_told_is_missing(one):
    nothing = Truth(np.ones(10), np.zeros(10), np.full(10, 2))
    scores = replace(one.cases["tiercast"], truth=nothing).scores()
    assert np.isnan([scores["auc"], scores["gini"], scores["total_bias"]]).all()
    assert scores["tier_accuracy"] == 0.5
