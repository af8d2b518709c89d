"""The statistics of arms on made-up customers, whose true effect is known."""

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt
from tea_tasting.aggr import read_aggregates

from tiercast.campaigns.effects import effects, ratio_mismatch

DRAWS, CUSTOMERS, PLANTED = 100, 400, 1.5


def found_in(rows, covariate=None, outcomes=("money",)):
    cols = tt.Mean(outcomes[0], covariate).aggr_cols
    for name in outcomes:
        cols = cols | tt.Mean(name, covariate).aggr_cols
    arms = read_aggregates(rows, "arm", **cols._asdict())
    return effects(arms, "control", outcomes, covariate)


@pytest.fixture(scope="module")
def draws():
    """Return the effects of many campaigns, without and with the covariate."""
    random = np.random.default_rng(5)
    known = random.gamma(1.0, 10.0, CUSTOMERS)
    money = known * random.gamma(2.0, 0.5, CUSTOMERS)
    rows = []
    for _ in range(DRAWS):
        treated = random.random(CUSTOMERS) < 0.5
        frame = pd.DataFrame(
            {
                "arm": np.where(treated, "mail", "control"),
                "money": money + PLANTED * treated,
                "known": known,
            }
        )
        rows.append((found_in(frame)[0], found_in(frame, "known")[0]))
    return rows


def test_intervals_hold_the_planted_effect_as_often_as_they_say(draws):
    for raw_or_adjusted in zip(*draws, strict=True):
        covered = np.mean([one.low <= PLANTED <= one.high for one in raw_or_adjusted])
        assert 0.89 <= covered <= 1.0  # 95 % of 100 draws, three standard deviations


def test_a_covariate_known_before_narrows_the_interval(draws):
    raw, adjusted = (
        np.mean([one.high - one.low for one in row]) for row in zip(*draws, strict=True)
    )
    assert adjusted < 0.8 * raw


def test_an_outcome_that_nobody_has_has_no_p_and_is_not_corrected_for():
    rows = pd.DataFrame(
        {
            "arm": ["control", "mail"] * 50,
            "money": np.arange(100.0) + np.tile([0.0, 30.0], 50),
            "never": 0.0,
        }
    )
    money, never = found_in(rows, outcomes=("money", "never"))
    assert (never.p, never.adjusted, never.relative) == (None, None, None)
    assert money.adjusted == money.p


def test_p_is_corrected_by_holm_for_all_outcomes():
    random = np.random.default_rng(1)
    rows = pd.DataFrame({"arm": ["control", "mail"] * 100})
    for n, shift in enumerate((0.6, 0.4, 0.1)):
        rows[f"o{n}"] = random.normal(size=200) + shift * (rows["arm"] == "mail")
    found = found_in(rows, outcomes=("o0", "o1", "o2"))
    ordered = sorted(found, key=lambda one: one.p)
    steps = [one.p * (3 - n) for n, one in enumerate(ordered)]
    holm = np.minimum(1, np.maximum.accumulate(steps))
    assert [one.adjusted for one in ordered] == pytest.approx(list(holm))


def test_arms_that_lost_customers_do_not_fit_their_shares():
    def p(control, mail, shares):
        arms = {"control": tt.aggr.Aggregates(control), "mail": tt.aggr.Aggregates(mail)}
        return ratio_mismatch(arms, "control", shares)

    assert p(5_000, 5_010, {"control": 0.5, "mail": 0.5}) > 0.5
    assert p(5_000, 4_500, {"control": 0.5, "mail": 0.5}) < 0.001
    assert p(1_000, 9_000, {"control": 0.1, "mail": 0.9}) > 0.5


def test_a_mean_near_zero_has_a_difference_but_no_ratio():
    rows = pd.DataFrame({"arm": ["control", "mail"] * 50, "money": [-1.0, 1.0, 1.0, 2.0] * 25})
    rows.loc[0, "money"] += 1e-3  # the control's mean is a fraction of its error
    (one,) = found_in(rows)
    assert one.effect == pytest.approx(1.5, abs=1e-4)
    assert one.low < 1.5 < one.high
    assert one.relative is None
