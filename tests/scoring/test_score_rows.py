"""What holds for every row of the scores, on two bases: whole ids and text, matched and most."""

import datetime as dt

import mlflow.pyfunc
import numpy as np
import pandas as pd

from tiercast.tracking.store import store_uri
from trained_base import working_in

SAME_WHEN_SERVED = [
    "customer_id",
    "r_score",
    "f_score",
    "m_score",
    "rfm_total",
    "rfm_band",
    "rfm_segment",
    "lifecycle_stage",
    "segment",
    "segment_confidence",
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "tier",
    "tier_confidence",
]
PROBABILITIES = ("top", "potential", "general", "dormant")


def probabilities(table):
    """Return the tier probabilities, best first, (n, n_tiers)."""
    return np.column_stack(table["tier_probabilities"].combine_chunks().flatten())


def test_probabilities_sum_to_one_and_the_last_is_the_churn_risk(trained):
    table = trained.scores
    chances = probabilities(table)
    assert ((chances >= 0) & (chances <= 1)).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_equal(chances[:, -1], table["churn_probability"].to_numpy())


def test_the_expected_value_lies_inside_its_interval(trained):
    rows = trained.scores.to_pandas()
    assert (rows["value_low"] >= 0).all()
    assert (rows["value_low"] <= rows["expected_value"]).all()
    assert (rows["expected_value"] <= rows["value_high"]).all()


def test_the_confidence_is_the_probability_of_the_assigned_tier(trained):
    rows = trained.scores.to_pandas()
    told = [row[tier] for row, tier in zip(rows["tier_probabilities"], rows["tier"], strict=True)]
    assert rows["tier_confidence"].tolist() == told


def test_the_tier_set_holds_the_tier_and_nothing_twice(trained):
    rows = trained.scores.to_pandas()
    for tier, members in zip(rows["tier"], rows["tier_set"], strict=True):
        assert tier in members
        assert len(set(members)) == len(members)
        assert set(members) <= set(PROBABILITIES)


def test_next_order_dates_come_in_order_and_within_the_horizon(trained):
    rows = trained.scores.to_pandas()
    horizon = dt.timedelta(days=trained.config.outlook.horizon_days)
    dates = ["next_order_low", "next_order_date", "next_order_high"]
    for low, middle, high in rows[dates].itertuples(index=False):
        told = [day for day in (low, middle, high) if day is not None and not pd.isna(day)]
        assert told == sorted(told)
        assert all(trained.scored.as_of <= day <= trained.scored.as_of + horizon for day in told)
        # A later quantile is known only where the earlier ones are.
        assert [day is None for day in (low, middle, high)] == sorted(
            day is None for day in (low, middle, high)
        )
    likely = rows["churn_probability"] < 0.5
    assert (rows["next_order_date"].notna() == likely).all()


def test_matched_tiers_are_as_many_as_their_probabilities_sum_to(trained_tenth):
    rows = trained_tenth.scores.to_pandas()
    reached = np.cumsum([(rows["tier"] == name).sum() for name in PROBABILITIES])
    expected = np.cumsum(probabilities(trained_tenth.scores).sum(axis=0))
    assert np.abs(reached - expected).max() <= 0.5


def test_matched_tiers_fall_with_the_expected_value(trained_tenth):
    rows = trained_tenth.scores.to_pandas().sort_values(
        ["expected_value", "customer_id"], ascending=[False, True]
    )
    assert rows["tier"].map(PROBABILITIES.index).is_monotonic_increasing


def test_the_most_probable_tier_is_assigned_where_the_config_says_so(trained_shop):
    most = probabilities(trained_shop.scores).argmax(axis=1)
    assert trained_shop.scores["tier"].to_pylist() == [PROBABILITIES[tier] for tier in most]
    assert len(set(most)) > 1


def test_reasons_of_those_likely_to_leave_speak_for_it_in_the_config_s_language(trained):
    chinese = trained.config.language == "zh"
    scores = trained.scores.select(["reasons", "churn_probability"]).to_pylist()
    for told, churn in ((row["reasons"], row["churn_probability"]) for row in scores):
        raising = [reason["effect"] for reason in told if reason["effect"] > 0]
        assert 1 <= len(told) <= 3
        assert raising == sorted(raising, reverse=True)
        assert churn < 0.5 or not raising or told[0]["effect"] > 0
        words = "".join(reason["text"] for reason in told)
        assert any("一" <= letter <= "鿿" for letter in words) == chinese


def test_the_served_model_tells_what_the_batch_job_told(trained, monkeypatch):
    with working_in(trained.folder):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri())
        served = mlflow.pyfunc.load_model(f"models:/{trained.config.name}/1")
    answer = served.predict(trained.features.to_pandas())
    told = trained.scores.to_pandas()
    for name in SAME_WHEN_SERVED:
        assert answer[name].tolist() == told[name].tolist(), name
    chances = answer[[f"tier_probability_{name}" for name in PROBABILITIES]].to_numpy()
    np.testing.assert_array_equal(chances, probabilities(trained.scores))
    assert answer["tier_set"].tolist() == [list(members) for members in told["tier_set"]]
