"""Campaigns that change nothing: how often the statistics of `measure` see an effect."""

import ibis
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from tiercast.campaigns.assignments import drawn
from tiercast.campaigns.effects import arm_aggregates, effects, ratio_mismatch

DRAWS, CUSTOMERS, ARMS = 120, 400, {"control": 0.3, "mail": 0.7}
FEWEST, MOST = binom.ppf([0.001, 0.999], DRAWS, 0.05)  # what chance makes of 5 %


@pytest.fixture(scope="module")
def draws():
    """Return the p of each campaign: without and with a covariate, and of the arms' sizes."""
    random = np.random.default_rng(8)
    known = random.gamma(1.0, 10.0, CUSTOMERS)
    money = known * random.gamma(2.0, 0.5, CUSTOMERS) * (random.random(CUSTOMERS) < 0.6)
    frame = pd.DataFrame({"customer_id": np.arange(CUSTOMERS), "known": known, "money": money})
    connection = ibis.duckdb.connect()
    people = connection.create_table("people", frame)
    found = []
    for draw in range(DRAWS):
        rows = drawn(people, f"nothing_{draw}", ARMS)
        sizes = arm_aggregates(rows, ["money"], "known")
        ps = [effects(sizes, "control", ["money"], known)[0].p for known in (None, "known")]
        found.append((*ps, ratio_mismatch(sizes, "control", ARMS)))
    connection.disconnect()
    return pd.DataFrame(found, columns=["raw", "adjusted", "sizes"])


@pytest.mark.parametrize("p", ["raw", "adjusted", "sizes"])
def test_one_in_twenty_campaigns_that_change_nothing_raises_a_false_alarm(draws, p):
    assert FEWEST <= (draws[p] < 0.05).sum() <= MOST


@pytest.mark.parametrize("p", ["raw", "adjusted"])
def test_their_p_is_spread_evenly(draws, p):
    assert draws[p].mean() == pytest.approx(0.5, abs=4 / np.sqrt(12 * DRAWS))
