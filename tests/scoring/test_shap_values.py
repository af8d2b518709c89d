import numpy as np
from scipy.special import logit

from tiercast.scoring.shap_values import shap_values
from trained_base import CDNOW_DAY


def test_base_value_and_row_are_the_log_odds_of_the_scored_churn(tenth):
    found = shap_values(tenth.config, CDNOW_DAY)
    scores = tenth.scored.frame().set_index("customer_id")
    assert found.values.index.tolist() == scores.index.tolist()
    told = found.base_value + found.values.sum(axis=1)
    np.testing.assert_allclose(told, logit(scores["churn_probability"]), atol=2e-5)


def test_the_features_own_values_stand_beside_in_the_same_order(tenth):
    found = shap_values(tenth.config, CDNOW_DAY, model_version=1)
    assert found.features.index.equals(found.values.index)
    assert set(found.values.columns) <= set(found.features.columns)
    known = tenth.features.to_pandas().set_index("customer_id").loc[found.features.index]
    assert found.features["recency_days"].tolist() == known["recency_days"].tolist()
    assert (found.as_of, found.model_version) == (CDNOW_DAY, "1")


def test_a_reason_of_the_scores_is_the_largest_sum_of_its_topic(tenth):
    """The feature of a customer's strongest reason is among the largest of its row."""
    found = shap_values(tenth.config, CDNOW_DAY)
    scores = tenth.scored.frame().set_index("customer_id")
    row = scores["reasons"].map(lambda listed: max(listed, key=lambda one: abs(one["effect"])))
    ranks = found.values.abs().rank(axis=1, ascending=False)
    first = [ranks.loc[who, one["feature"]] for who, one in row.items()]
    assert np.mean(np.array(first) <= 5) > 0.9
