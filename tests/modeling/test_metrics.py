import numpy as np
import pytest

from tiercast.modeling.metrics import (
    METRICS,
    TIER_METRICS,
    capture,
    decile_error,
    expected_calibration_error,
    normalised_gini,
    overlap,
    spearman,
    tier_accuracy,
    tier_log_loss,
    total_error,
)

EACH = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
RNG = np.random.default_rng(0)
CHURNED = (RNG.random(600) < 0.6).astype(float)
VALUE = np.where(CHURNED == 0, RNG.lognormal(3, 1, 600), 0.0)
TRUTH = {"churn": CHURNED, "value": VALUE}


def noisy(kind, size):
    """A forecast that lies off the truth by more, the larger the size."""
    rng = np.random.default_rng(1)
    if kind == "churn":
        return np.clip(CHURNED + size * rng.normal(0, 1, 600), 0.001, 0.999)
    return VALUE * np.exp(size * rng.normal(0.2, 1, 600)) + size * rng.exponential(20, 600)


def constant(kind):
    return np.full(600, 0.5 if kind == "churn" else 10.0)


@EACH
def test_nothing_beats_a_perfect_forecast(metric):
    truth = TRUTH[metric.kind]
    sign = 1 if metric.bigger_is_better else -1
    perfect, near, far = (
        sign * metric.function(truth, forecast)
        for forecast in (truth, noisy(metric.kind, 0.3), noisy(metric.kind, 1.5))
    )
    assert perfect >= near
    assert perfect > far


@EACH
@pytest.mark.parametrize("digits", [0, 9])
def test_the_order_of_rows_changes_nothing(metric, digits):
    truth = TRUTH[metric.kind]
    forecast = noisy(metric.kind, 0.5).round(digits if metric.kind == "value" else digits + 1)
    by_truth = np.argsort(truth, kind="stable")
    scores = [
        metric.function(truth[order], forecast[order]) for order in (by_truth, by_truth[::-1])
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-9)


@EACH
def test_a_forecast_alike_for_all_is_measured_without_order(metric):
    truth = np.sort(TRUTH[metric.kind])
    score = metric.function(truth, constant(metric.kind))
    assert np.isfinite(score)
    expected = {
        "auc": 0.5,
        "gini": 0.0,
        "spearman": 0.0,
        "top_10_capture": 0.1,
        "top_20_capture": 0.2,
        "top_10_overlap": 0.1,
        "top_20_overlap": 0.2,
    }
    assert score == pytest.approx(expected.get(metric.name, score), abs=1e-9)


@EACH
def test_a_metric_says_what_it_means(metric):
    assert metric.meaning


def test_names_are_distinct():
    every = (*METRICS, *TIER_METRICS)
    assert len({metric.name for metric in every}) == len(every)


def test_ece_by_hand():
    # ten bins of two: in each the chance is .3, and two bins have both customers gone
    truth = np.r_[np.zeros(16), np.ones(4)]
    chance = np.r_[np.linspace(0.29, 0.299, 16), np.linspace(0.301, 0.31, 4)]
    gaps = [chance[i : i + 2].mean() for i in range(0, 16, 2)]
    gaps += [1 - chance[i : i + 2].mean() for i in (16, 18)]
    assert expected_calibration_error(truth, chance) == pytest.approx(np.mean(gaps))


def test_ece_of_fewer_rows_than_bins():
    chance = np.array([0.2, 0.9])
    assert expected_calibration_error(np.array([0.0, 1.0]), chance) == pytest.approx(0.15)


def test_gini_by_hand():
    truth = np.array([6.0, 3.0, 1.0, 0.0])
    # curve .6 .9 1 1, mean .875; a random order's is .625
    assert normalised_gini(truth, truth) == 1.0
    assert normalised_gini(truth, -truth) == pytest.approx(-1.0)
    # 3, 6, 0, 1: curve .3 .9 .9 1, mean .775
    assert normalised_gini(truth, np.array([3.0, 4, 1, 2])) == pytest.approx(0.15 / 0.25)


def test_gini_of_a_random_order_is_zero_on_average():
    truth = np.array([6.0, 3.0, 1.0, 0.0, 0.0])
    rng = np.random.default_rng(0)
    scores = [normalised_gini(truth, rng.random(5)) for _ in range(4000)]
    assert np.mean(scores) == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("metric", [normalised_gini, spearman])
def test_where_all_came_alike_there_is_nothing_to_rank(metric):
    assert metric(np.full(4, 7.0), np.array([1.0, 2, 3, 4])) == 0.0


def test_spearman_by_hand():
    # rank differences 0, 1, -1: 1 - 6 * 2 / (3 * 8)
    assert spearman(np.array([1.0, 2, 3]), np.array([10.0, 30, 20])) == pytest.approx(0.5)


def test_decile_error_by_hand():
    truth = np.repeat([0.0, 10.0], 10)
    forecast = np.r_[np.linspace(1, 2, 10), np.full(2, 11.0), np.full(8, 12.0)]
    # five bins without money are left out; one is 10 % off, four are 20 % off
    assert decile_error(truth, forecast) == pytest.approx((0.1 + 4 * 0.2) / 5)


def test_total_error_has_a_sign():
    truth = np.array([10.0, 30.0])
    assert total_error(truth, np.array([20.0, 30.0])) == pytest.approx(0.25)
    assert total_error(truth, np.array([0.0, 30.0])) == pytest.approx(-0.25)


def test_capture_by_hand():
    truth = np.array([50.0, 0, 30, 20, 0])
    forecast = np.array([5.0, 4, 3, 2, 1])
    assert capture(0.2)(truth, forecast) == pytest.approx(0.5)
    assert capture(0.6)(truth, forecast) == pytest.approx(0.8)


def test_capture_shares_a_tie_evenly():
    truth = np.array([50.0, 0, 30, 20, 0])
    forecast = np.array([5.0, 3, 3, 3, 1])
    # the second place goes to one of three who hold 50 among them
    assert capture(0.4)(truth, forecast) == pytest.approx((50 + 50 / 3) / 100)


def test_overlap_by_hand():
    truth = np.array([50.0, 40, 30, 20, 0, 0, 0, 0, 0, 0])
    # the best two are 50 and 40; the forecast's 50 and 20
    assert overlap(0.2)(truth, np.array([9.0, 0, 0, 8, 0, 0, 0, 0, 0, 0])) == 0.5


def test_overlap_shares_ties_evenly():
    truth = np.array([50.0, 40, 40, 0])
    # 50 has a place, each 40 half of one; the forecast's second place is open to two of three
    assert overlap(0.5)(truth, np.array([9.0, 5, 0, 5])) == pytest.approx((1 + 0.5 * 0.5) / 2)


def test_those_who_brought_nothing_are_no_top_customers():
    truth = np.array([50.0, 0, 0, 0])
    assert overlap(0.5)(truth, np.array([9.0, 8, 0, 0])) == 1.0
    assert overlap(0.5)(truth, np.array([0.0, 9, 8, 0])) == 0.0


def test_tier_metrics_by_hand():
    true = np.array([0, 1, 1, 2])
    assert tier_accuracy(true, np.array([0, 1, 2, 2])) == 0.75
    chances = np.array([[0.5, 0.5, 0], [0, 1.0, 0], [0.5, 0.25, 0.25], [1.0, 0, 0]])
    # what was held impossible counts as one in a million
    expected = -(np.log(0.5) + np.log(0.25) + np.log(1e-6)) / 4
    assert tier_log_loss(true, chances) == pytest.approx(expected)


@EACH
def test_a_metric_is_undefined_without_both_outcomes_or_without_money(metric):
    forecast = noisy(metric.kind, 0.3)
    assert metric.score(TRUTH[metric.kind], forecast) == metric.function(
        TRUTH[metric.kind], forecast
    )
    assert np.isnan(metric.score(np.zeros(600), forecast))
    assert np.isnan(metric.score(np.ones(600), forecast)) == (metric.kind == "churn")
