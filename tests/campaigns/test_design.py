import pytest

from tiercast import experiment_design
from tiercast.config.errors import InputError

LIST = "likely_to_leave"


@pytest.fixture(scope="module")
def planned(campaigns):
    return experiment_design(campaigns, LIST, 0.02)


def test_the_size_is_that_of_the_textbook(planned):
    p = planned.baseline
    raw = planned.plans.set_index("plan").loc["raw"]
    # Two arms of n/2: (1.96 + 0.8416)^2 * 4 * variance / effect^2; the sample's variance.
    assert raw["needed"] == pytest.approx(7.849 * 4 * p * (1 - p) / 0.02**2, rel=0.01)


def test_the_least_effect_seen_now_has_the_wanted_power(campaigns, planned):
    least = float(planned.plans["detectable"][0])
    again = experiment_design(campaigns, LIST, least).plans
    assert again["power"][0] == pytest.approx(0.8, abs=0.001)
    assert again["needed"][0] == pytest.approx(planned.customers, abs=2)


def test_strata_and_a_covariate_never_need_more(planned):
    needed = planned.plans.set_index("plan")["needed"]
    assert needed["stratified"] <= needed["raw"]
    assert needed["cuped"] <= needed["raw"]
    assert planned.strata["customers"].sum() == planned.customers


def test_the_holdout_costs_what_its_customers_do_not_bring(campaigns):
    found = experiment_design(campaigns, LIST, 1.5, outcome="money", control_share=0.2)
    assert found.control_customers == round(found.customers * 0.2)
    assert found.holdout_cost == pytest.approx(1.5 * found.control_customers)


def test_without_a_past_window_the_response_is_the_forecast_and_that_is_told(campaigns):
    found = experiment_design(campaigns, LIST, 0.02, days=200)
    assert "the mean forecast" in found.notes[0]
    assert (found.plans["plan"] == ["raw", "stratified"]).all()
    with pytest.raises(InputError, match="money cannot be planned"):
        experiment_design(campaigns, LIST, 1.0, days=200, outcome="money")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"effect": 0.0}, "effect must be other than 0"),
        ({"effect": 0.1, "outcome": "joy"}, "one of ordered, orders, money"),
        ({"effect": 0.1, "control_share": 1.0}, "control_share must be between 0 and 1"),
    ],
)
def test_values_out_of_range_are_refused(campaigns, given, says):
    with pytest.raises(InputError, match=says):
        experiment_design(campaigns, LIST, **given)
