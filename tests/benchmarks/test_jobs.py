"""Jobs of the bench that reach into the package: they must follow its names."""

import pytest


@pytest.fixture
def jobs(benchmark_module):
    return benchmark_module("jobs")


def test_shapley_values_are_timed_and_those_of_pred_contrib(jobs):
    ours, baseline = jobs.Watch(), jobs.Watch()
    jobs.shap(ours, rows=60, rounds=3)
    jobs.pred_contrib(baseline, rows=60, rounds=3, timed_rows=60)
    assert ours.measured["seconds"] > 0
    assert ours.measured["first"] == [
        pytest.approx(row, abs=1e-9) for row in baseline.measured["first"]
    ]


def test_each_booster_of_the_champion_predicts(jobs, tenth):
    watch = jobs.Watch()
    jobs.predict(watch, config=tenth.config, rows=50)
    assert watch.measured["boosters"] == 3
    assert watch.measured["seconds"] > 0


def test_the_panel_of_a_training_is_made(jobs, tenth):
    watch = jobs.Watch()
    jobs.training_panel(watch, config=tenth.config, as_of="1998-04-01")
    assert watch.measured["rows"] > watch.measured["cutoffs"] > 1
