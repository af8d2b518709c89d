import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tiercast.config.schema import GATE_METRICS
from tiercast.modeling.target import Target
from tiercast.training import gate
from tiercast.training.gate import ChampionForecasts

OLD, NEW = dt.date(2024, 1, 1), dt.date(2024, 4, 1)


def decide(challenger, champion, version, seed, metric="log_loss"):
    champion_forecasts = (
        None if version is None else ChampionForecasts(version, champion, "as deployed")
    )
    return gate.decide(challenger, champion_forecasts, metric, seed)


def forecasts(churn, *, day=NEW, expected=10.0, high=40.0, customers=400):
    """Return forecasts of customers of whom every fourth orders, for 40 each."""
    ordered = np.arange(customers) % 4 == 0
    return pd.DataFrame(
        {
            "customer_id": np.arange(customers),
            "as_of": day,
            "ordered": ordered,
            "value": np.where(ordered, 40.0, 0.0),
            "churn_probability": churn,
            "expected_value": expected,
            "value_low": 0.0,
            "value_high": high,
        }
    )


def told_apart(by):
    """Return churn risks that lie so far below 3/4 for those who order, and above for others."""
    return np.where(np.arange(400) % 4 == 0, 0.75 - by, 0.75 + by / 3)


def test_the_first_model_is_promoted():
    decision = decide(forecasts(0.75), None, None, seed=1)
    assert (decision.outcome, decision.reason) == ("promoted", "it is the first model")


@pytest.mark.parametrize("asked", [Target(56, "revenue"), Target(28, "margin")])
def test_the_first_version_of_another_target_is_promoted_uncompared(asked):
    decision = gate.decide_apart(asked, Target(28, "revenue"), "3", [])
    assert (decision.outcome, decision.champion_version) == ("promoted", "3")
    assert (decision.metric, decision.difference, decision.figures) == (None, None, {})
    assert decision.reason == (
        f"not compared with the champion: this version forecasts {asked}, the champion "
        "(version 3) revenue within 28 days; it is the first that forecasts what the config asks "
        "for now"
    )


def test_a_later_version_of_another_target_waits_for_a_human():
    decision = gate.decide_apart(Target(56, "revenue"), Target(28, "revenue"), "3", ["4", "6"])
    assert (decision.outcome, decision.champion_version) == ("kept", "3")
    assert decision.reason.endswith(
        "version 6, which forecasts the same as this one, is not the champion, so only "
        "`tiercast promote` changes that"
    )


def test_a_clearly_better_model_is_promoted_with_its_figures():
    decision = decide(forecasts(told_apart(0.3)), forecasts(0.75), "3", seed=1)
    assert (decision.outcome, decision.champion_version) == ("promoted", "3")
    assert decision.compared_at == NEW
    # Chances of what came: .55 instead of .25 for a quarter, .85 instead of .75 for the others.
    better = 0.25 * np.log(0.55 / 0.25) + 0.75 * np.log(0.85 / 0.75)
    assert decision.difference == pytest.approx(-better)
    assert decision.low < -better < decision.high < 0
    assert decision.figures == pytest.approx(
        {
            "challenger_log_loss": 0.25 * -np.log(0.55) + 0.75 * -np.log(0.85),
            "champion_log_loss": 0.25 * -np.log(0.25) + 0.75 * -np.log(0.75),
            "challenger_total_error": 0.0,
            "champion_total_error": 0.0,
            "challenger_interval_coverage": 1.0,
            "champion_interval_coverage": 1.0,
        }
    )
    assert (decision.metric, decision.champion_basis) == ("log_loss", "as deployed")


@pytest.mark.parametrize("by", [0.0, -0.2])
def test_an_equal_or_worse_model_is_kept_back(by):
    decision = decide(forecasts(told_apart(by)), forecasts(0.75), "3", seed=1)
    assert (decision.outcome, decision.reason) == (
        "kept",
        "not better than the champion beyond chance (log_loss)",
    )


def test_an_advantage_within_chance_is_kept_back():
    rng = np.random.default_rng(4)
    noisy = np.clip(0.75 + rng.normal(0, 0.05, 400), 0.01, 0.99)
    better_by_a_hair = np.where(np.arange(400) == 0, noisy - 0.2, noisy)
    decision = decide(forecasts(better_by_a_hair), forecasts(noisy), "3", seed=1)
    assert decision.difference < 0 <= decision.high
    assert decision.outcome == "kept"


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [(10.0, "promoted"), (10.19, "promoted"), (10.21, "kept"), (9.79, "kept")],
)
def test_a_better_model_whose_total_is_further_off_is_kept_back(expected, outcome):
    # What came is 10 a customer; the champion is exactly right and 2 points are allowed.
    challenger = forecasts(told_apart(0.3), expected=expected)
    decision = decide(challenger, forecasts(0.75), "3", seed=1)
    assert decision.outcome == outcome
    assert ("further off by 2.1%" in decision.reason) == (outcome == "kept")


def test_the_newest_common_cutoff_decides():
    # At the old cutoff the challenger is worse, at the newer one better.
    challenger = pd.concat([forecasts(told_apart(-0.2), day=OLD), forecasts(told_apart(0.3))])
    champion = pd.concat(
        [forecasts(0.75, day=OLD), forecasts(0.75), forecasts(0.75, day=dt.date(2024, 7, 1))]
    )
    decision = decide(challenger, champion, "3", seed=1)
    assert (decision.compared_at, decision.outcome) == (NEW, "promoted")


def test_only_customers_whom_both_forecast_are_compared():
    champion = forecasts(0.75).iloc[::-1].head(200)
    decision = decide(forecasts(told_apart(0.3)), champion, "3", seed=1)
    assert decision.outcome == "promoted"
    strangers = champion.assign(customer_id=champion["customer_id"] + 10_000)
    decision = decide(forecasts(told_apart(0.3)), strangers, "3", seed=1)
    assert decision.reason == "no past cutoff was forecast by both models"


@pytest.mark.parametrize(
    "champion", [None, forecasts(0.75, day=OLD), forecasts(0.75).head(0), pd.DataFrame()]
)
def test_without_a_common_cutoff_the_champion_stays(champion):
    decision = decide(forecasts(told_apart(0.3)), champion, "3", seed=1)
    assert (decision.outcome, decision.difference) == ("kept", None)
    assert decision.champion_version == "3"


def test_certainties_that_come_true_cost_nothing_and_errors_stay_finite():
    certain = np.where(np.arange(400) % 4 == 0, 0.0, 1.0)
    decision = decide(forecasts(certain), forecasts(1 - certain), "3", seed=1)
    assert np.isfinite(decision.difference)
    assert decision.difference < np.log(1e-6)


def test_a_seed_gives_the_same_interval():
    pair = forecasts(told_apart(0.3)), forecasts(0.75)
    assert decide(*pair, "3", seed=5) == decide(*pair, "3", seed=5)
    assert decide(*pair, "3", seed=5).low != decide(*pair, "3", seed=6).low


def test_a_better_model_whose_intervals_hold_too_little_is_kept_back():
    # Every fourth is worth 40: limits of 10 hold three in four, far from 90 %.
    decision = decide(forecasts(told_apart(0.3), high=10.0), forecasts(0.75), "3", seed=1)
    assert decision.outcome == "kept"
    assert decision.reason == (
        "its 90 % intervals hold 75.0% of values, further off than the champion's"
    )
    # Not further off than the champion's own: no reason to refuse.
    both = forecasts(told_apart(0.3), high=10.0), forecasts(0.75, high=10.0)
    assert decide(*both, "3", seed=1).outcome == "promoted"


@pytest.mark.parametrize("metric", GATE_METRICS)
def test_every_metric_that_may_be_chosen_judges(metric):
    better = forecasts(told_apart(0.3), expected=np.where(np.arange(400) % 4 == 0, 38, 2 / 3))
    decision = decide(better, forecasts(0.75 - 1e-3 * (np.arange(400) % 2)), "3", 1, metric)
    assert (decision.outcome, decision.metric) == ("promoted", metric)


def test_ids_that_became_text_since_still_meet():
    challenger, champion = forecasts(0.2), forecasts(0.3)
    as_text = challenger.assign(customer_id=challenger["customer_id"].astype(str))
    assert (
        decide(as_text, champion, "3", 7).figures == decide(challenger, champion, "3", 7).figures
    )
