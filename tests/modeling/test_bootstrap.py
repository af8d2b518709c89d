import numpy as np
import pandas as pd
import pytest

from tiercast.modeling import bootstrap
from tiercast.modeling.bootstrap import MetricComparison, compare_metrics, verdict
from tiercast.modeling.metrics import ALL_METRICS
from tiny_origin import POOR, VALUE, forecast, origin_forecasts

BY_NAME = {metric.name: metric for metric in ALL_METRICS}


@pytest.fixture
def one():
    """Return one origin at which three contenders ran."""
    return origin_forecasts()


MAE = MetricComparison(BY_NAME["mae"], "tiercast", "bg_nbd")


def test_the_difference_is_that_of_all_customers_averaged_over_origins(one):
    worse = one.by_contender | {"bg_nbd": forecast(POOR, VALUE + 5)}
    (row,) = compare_metrics([MAE], [one.by_contender, worse], seed=7).to_dict("records")
    # A fifth of a mean of 15 off at the first origin, 5 at the second
    assert (row["ours"], row["theirs"]) == (0.0, pytest.approx((3 + 5) / 2))
    assert row["difference"] == pytest.approx(-4)
    assert row["low"] < -4 < row["high"]


def test_a_difference_alike_for_all_customers_is_certain(one):
    forecasts = one.by_contender | {"bg_nbd": forecast(POOR, VALUE + 5)}
    (row,) = compare_metrics([MAE], [forecasts], seed=7).to_dict("records")
    assert row["low"] == pytest.approx(row["difference"]) == pytest.approx(row["high"])


def test_both_are_scored_on_the_same_customers(one):
    """A contender that is a copy differs in no resample."""
    forecasts = one.by_contender | {"copy": one.by_contender["bg_nbd"]}
    asked = [MetricComparison(metric, "copy", "bg_nbd") for metric in ALL_METRICS]
    found = compare_metrics(asked, [forecasts], seed=7)
    assert (found[["difference", "low", "high"]].to_numpy() == 0).all()


def test_who_differ_in_a_few_draws_alone_are_a_tie(one, monkeypatch):
    spread = pd.DataFrame([[-1e-5]] * 198 + [[99e-5]] * 2)  # less their mean
    monkeypatch.setattr(bootstrap, "_spread", lambda *_: spread)
    alike = MetricComparison(BY_NAME["top_10_capture"], "tiercast", "tiercast")
    (row,) = compare_metrics([alike], [one.by_contender], seed=7).to_dict("records")
    assert row["difference"] == 0
    assert row["low"] <= 0 <= row["high"]
    assert verdict(alike.metric, row["low"], row["high"]) == "tie"


def test_the_interval_is_that_of_a_mean(one):
    (row,) = compare_metrics([MAE], [one.by_contender], seed=7).to_dict("records")
    error = np.abs(0.2 * VALUE).std() / np.sqrt(len(VALUE))
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_drawing_fewer_than_there_are_keeps_the_width(one, monkeypatch):
    full = compare_metrics([MAE], [one.by_contender], seed=7).iloc[0]
    monkeypatch.setattr(bootstrap, "MOST_DRAWN", 5)
    some = compare_metrics([MAE], [one.by_contender], seed=7).iloc[0]
    assert some["high"] - some["low"] == pytest.approx(full["high"] - full["low"], rel=0.2)


def test_the_seed_decides(one):
    found = [compare_metrics([MAE], [one.by_contender], seed=seed) for seed in (7, 7, 8)]
    assert found[0].equals(found[1])
    assert not found[0].equals(found[2])


@pytest.mark.parametrize("metric", ALL_METRICS, ids=lambda metric: metric.name)
def test_better_is_on_the_side_of_the_metrics_direction(metric):
    above, below = verdict(metric, 0.1, 0.2), verdict(metric, -0.2, -0.1)
    assert (above, below) == (
        ("better", "worse") if metric.bigger_is_better else ("worse", "better")
    )
    for low, high in ((-0.1, 0.1), (0.0, 0.0), (float("nan"), float("nan"))):
        assert verdict(metric, low, high) == "tie"
