import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from tiercast.modeling.churn_metrics import (
    area_under_curve,
    average_precision,
    brier_score,
    log_loss,
)

SAME = {
    area_under_curve: metrics.roc_auc_score,
    average_precision: metrics.average_precision_score,
    brier_score: metrics.brier_score_loss,
    log_loss: metrics.log_loss,
}
CHANCES = st.one_of(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.floats(1e-9, 1 - 1e-9))


@pytest.mark.parametrize("ours", SAME, ids=lambda ours: ours.__name__)
@given(st.lists(st.tuples(st.booleans(), CHANCES), max_size=40), CHANCES, CHANCES)
def test_a_figure_is_that_of_scikit_learn(ours, rows, of_a_one, of_a_zero):
    truth, chance = np.array([*rows, (True, of_a_one), (False, of_a_zero)]).T
    assert ours(truth, chance) == pytest.approx(SAME[ours](truth, chance), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("ours", SAME, ids=lambda ours: ours.__name__)
def test_a_figure_of_many_customers_is_that_of_scikit_learn(ours):
    rng = np.random.default_rng(3)
    chance = rng.random(20_000).round(4)
    truth = (rng.random(20_000) < chance).astype(int)
    assert ours(truth, chance) == pytest.approx(SAME[ours](truth, chance), rel=1e-12)
