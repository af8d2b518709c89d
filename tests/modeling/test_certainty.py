import numpy as np
import pytest

from tiercast.modeling.calibration import Calibration, FoldForecast
from tiercast.modeling.certainty import Certainty
from tiercast.modeling.component_models import ComponentPredictions
from tiercast.modeling.ensemble import Ensemble
from tiercast.modeling.tier_sets import NEGLIGIBLE, TierSets

# Three experts of one mind: chances of an order .5 and .8, values of 10 and 40 expected.
OPINIONS = ComponentPredictions(
    np.tile(np.log([[1.0], [4.0]]), (1, 3)), np.tile(np.log([[10.0], [40.0]]), (1, 3))
)


def test_chances_are_half_a_customer_off_certainty():
    assert Certainty.of(9, 9).churn == pytest.approx(0.5 / 10)
    assert Certainty.of(0, 9).churn == pytest.approx(9.5 / 10)


@pytest.mark.parametrize(("ordered", "rows"), [(1, 2), (0, 0)])
def test_both_outcomes_or_none_are_not_certain(ordered, rows):
    assert Certainty.of(ordered, rows) is None


def test_where_everybody_orders_the_value_expected_stays():
    ensemble = Ensemble(certain=Certainty(True, 99))
    told = ensemble.forecast(OPINIONS, 1e6)
    chance = 1 / (1 + np.exp(-told.log_odds))
    assert chance == pytest.approx([0.995, 0.995])
    assert chance * told.mean_if_order == pytest.approx([10.0, 40.0])
    assert ensemble.level(OPINIONS, told) == Calibration()


def test_where_nobody_orders_nothing_is_expected():
    told = Ensemble(certain=Certainty(False, 99)).forecast(OPINIONS, 1e6)
    chance = 1 / (1 + np.exp(-told.log_odds))
    assert chance == pytest.approx([0.005, 0.005])
    assert (chance * told.mean_if_order).max() < 1e-4


def test_of_folds_in_which_everybody_ordered_the_value_s_drift_is_learnt():
    ordered, value = np.ones(50, dtype=bool), np.full(50, 20.0)
    folds = [FoldForecast(np.full(50, 5.0), np.full(50, 10.0), ordered, value)] * 2
    learnt = Calibration.fit(folds, 0.1)
    assert learnt.shift == 0
    assert 0.5 < learnt.log_scale < np.log(2)
    nobody = FoldForecast(np.full(50, -5.0), np.full(50, 10.0), ~ordered, 0 * value)
    assert Calibration.fit([nobody], 0.1) == Calibration()


def test_a_tier_that_never_came_and_that_nobody_has_a_chance_of_is_in_no_set():
    told = np.tile([0.6, 0.399, 0.001], (200, 1))
    came = np.repeat([0, 1], 100)
    sets = TierSets.fit([told], [came], 3)
    assert sets.thresholds[-1] == NEGLIGIBLE
    assert not sets.members(told, came)[:, -1].any()
    likely = np.tile([0.6, 0.3, 0.1], (200, 1))
    assert TierSets.fit([likely], [came], 3).thresholds[-1] == 0
