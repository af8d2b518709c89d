from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from tiercast.modeling.attribution import SEASON
from tiercast.modeling.calibration import Calibration
from tiercast.modeling.component_models import BTYD_FEATURE
from tiercast.modeling.ensemble import Ensemble
from tiny_model import tiny_features, tiny_model

LARGEST_GAP = 2e-5  # of WOODELF, which counts in single precision


@pytest.fixture(scope="module")
def tiny():
    model = tiny_model()
    facts = model.facts.model_copy(update={"partner_base": -0.4})
    return replace(model, facts=facts)


def log_odds_of_leaving(model, frame):
    return logit(model.score_rows(frame)["churn_probability"].to_numpy())


def total(model, frame):
    values, base_value = model.shap_values(frame)
    return base_value + values.sum(axis=1).to_numpy()


@pytest.mark.parametrize("weights", [(0.5, 0.3, 0.2), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_base_value_and_row_make_the_log_odds(tiny, weights):
    outlook = replace(tiny.outlook, ensemble=Ensemble(weights), calibration=Calibration(0.25, 0.1))
    model, frame = replace(tiny, outlook=outlook), tiny_features(seed=3)
    np.testing.assert_allclose(
        total(model, frame), log_odds_of_leaving(model, frame), atol=LARGEST_GAP
    )


def test_where_the_btyd_models_answer_alone_there_is_one_column(tiny):
    components = replace(tiny.outlook.components, learners=None)
    model = replace(tiny, outlook=replace(tiny.outlook, components=components))
    frame = tiny_features(seed=3)
    values, _ = model.shap_values(frame)
    assert list(values.columns) == [BTYD_FEATURE]
    np.testing.assert_allclose(total(model, frame), log_odds_of_leaving(model, frame))


def test_a_busier_horizon_is_a_column_of_its_own(tiny):
    frame = tiny_features(seed=3)
    frame["season_age_days"] = frame["btyd_age_days"]
    frame["season_recency_days"] = frame["btyd_age_days"] - frame["btyd_recency_days"]
    frame["season_horizon_ratio"] = 1.5
    values, _ = tiny.shap_values(frame)
    weights = tiny.outlook.ensemble.weights
    assert values[SEASON].to_numpy() == pytest.approx(-(weights[0] + weights[1]) * np.log(1.5))
    np.testing.assert_allclose(
        total(tiny, frame), log_odds_of_leaving(tiny, frame), atol=LARGEST_GAP
    )


def test_there_is_a_column_for_each_feature_once_and_a_row_for_each_customer(tiny):
    frame = tiny_features(customers=7).set_index(np.arange(10, 17))
    values, _ = tiny.shap_values(frame)
    assert values.columns.is_unique
    assert values.index.tolist() == list(range(10, 17))
    assert {"recency_days", "region", BTYD_FEATURE} <= set(values.columns)
