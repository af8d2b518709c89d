"""What a budget stands on, with rates worked out by hand."""

import datetime as dt

import pytest

from tiercast.config.budget import BudgetConfig
from tiercast.config.errors import InputError
from tiercast.measured.records import Measured
from tiercast.measured.save_rate import SaveRate, measured_rates, save_rate_of

DAY = dt.date(2024, 5, 29)


def measured(campaign="spring", arms=("mail",), **changes):
    """Return a campaign whose arms raised the share who ordered from 60 to 62 %."""
    effect = {"outcome": "ordered", "n": 1000, "control": 0.6, "treated": 0.62}
    effect |= {"effect": 0.02, "low": 0.004, "high": 0.036, **changes}
    return Measured(
        campaign,
        first=dt.date(2024, 5, 1),
        days=28,
        until=DAY,
        money="money",
        effects=[{"arm": arm, **effect} for arm in arms],
        costs=dict.fromkeys(arms),
        cost_each=None,
    )


def test_the_save_rate_is_the_uplift_by_the_share_who_would_not_have_ordered():
    rate = measured_rates([measured()], 10)["spring"]
    assert (rate.rate, rate.low, rate.high) == pytest.approx((0.05, 0.01, 0.09))
    assert rate.deviation == pytest.approx(0.04 / 1.959964)
    assert rate.basis == "measured in campaign spring: +2.0 points, 95% +0.4 to +3.6"


def test_arms_of_one_campaign_are_named_apart():
    found = measured_rates([measured(arms=("call", "mail")), measured("may")], 10)
    assert list(found) == ["spring:call", "spring:mail", "may"]


@pytest.mark.parametrize(
    "changes", [{"n": 9}, {"outcome": "visit"}, {"low": None}, {"control": 1.0}]
)
def test_an_arm_without_a_rate_is_not_offered(changes):
    assert measured_rates([measured(**changes)], 10) == {}


def test_the_words_say_what_speaks_against_a_rate():
    rate = measured_rates([measured(low=-0.004)], 10)["spring"]
    said = rate.explained(DAY - dt.timedelta(1), 90)
    assert said.startswith("The save rate of 5% (95% interval -1% to 9%) was measured in campaign")
    assert "The interval holds 0" in said
    assert "over on 2024-05-29, after the day of these scores" in said
    assert "churn risk is that of 90 days" in said
    sure = measured_rates([measured()], 10)["spring"].explained(DAY, 28)
    assert sure.endswith("left alone (+0.4 to +3.6).")


def test_an_assumption_is_called_one():
    rate = save_rate_of(BudgetConfig(save_rate=0.2, cost=1), [measured()], 10)
    assert rate == SaveRate.assumed(0.2)
    assert (rate.basis, rate.deviation) == ("assumed", 0)
    assert rate.explained(DAY, 28) == "The save rate of 20% is assumed: no campaign measured it."
    assert dict(SaveRate.assumed(0.8).cases) == {"half": 0.4, "assumed": 0.8, "double": 1.0}


def test_a_campaign_that_was_not_measured_is_answered_with_the_nearest():
    budget = BudgetConfig(measured="sprnig", cost=1)
    with pytest.raises(InputError, match=r"did you mean `spring`\? Measure it: `tiercast"):
        save_rate_of(budget, [measured()], 10)
    with pytest.raises(InputError, match="none was measured that says how many more"):
        save_rate_of(budget, [], 10)
