import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened
from tiercast.readiness.facts import measure
from tiercast.readiness.finding_text import short_lines
from tiercast.readiness.judgement import judge
from tiercast.readiness.profiles import auc_alone, explained_beyond
from tiercast.snapshots.activity import build_activity

AS_OF = dt.date(1998, 7, 1)
HONEST = ["age", "region", "mail"]


@pytest.fixture(scope="module")
def crm(tenth_tables):
    """Return a CRM's export of today: sums over the whole history, and honest columns."""
    lines = tenth_tables["transactions"]
    sums = lines.groupby("customer_id")["amount"].agg(visits_to_date="count", lifetime_spend="sum")
    last = pd.to_datetime(lines["ordered_at"]).groupby(lines["customer_id"]).max()
    rng = np.random.default_rng(7)
    return sums.reset_index().assign(
        days_since_visit=(pd.Timestamp(AS_OF) - last).dt.days.to_numpy(),
        age=rng.integers(18, 80, len(sums)),
        region=rng.choice(["north", "south", None], len(sums)),
        mail=[f"{number}@example.com" for number in range(len(sums))],
    )


@pytest.fixture(scope="module")
def judged(tenth_tables, tmp_path_factory):
    """Return a function that answers the readiness and profile facts of a base."""

    def of(customers, **settings):
        tables = {**tenth_tables, "customers": customers}
        folder = tmp_path_factory.mktemp("crm")
        with opened(folder, tables, outlook={"horizon_days": 90}, **settings) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            facts = measure(base, activity, AS_OF)
        return judge(facts), facts.profiles

    return of


def open_rules(readiness):
    return {found.rule for found in readiness.open_points if "_profile" in found.rule}


def test_sums_over_the_whole_history_are_named_and_honest_columns_are_not(judged, crm):
    readiness, profiles = judged(crm)
    assert open_rules(readiness) == {"undated_profile", "dominant_profile"}
    assert set(profiles.suspects) == {"visits_to_date", "lifetime_spend", "days_since_visit"}


def test_a_training_says_the_columns_and_the_remedy(judged, crm):
    readiness, _ = judged(crm[["customer_id", "visits_to_date", "age"]])
    (line,) = (one for one in short_lines(readiness) if "undated_profile (" in one)
    assert "`customers.visits_to_date` grows with orders to this day" in line
    assert "`valid_from`" in line
    assert "`features: {without: [...]}`" in line


def test_honest_columns_are_no_warning(judged, crm):
    readiness, profiles = judged(crm[["customer_id", *HONEST]])
    assert open_rules(readiness) == set()
    assert profiles.explained < 0.05
    assert profiles.auc < 0.6


def test_columns_left_out_are_not_judged(judged, crm):
    without = ["visits_to_date", "lifetime_spend", "days_since_visit"]
    assert open_rules(judged(crm, features={"without": without})[0]) == set()


def test_dated_profiles_are_not_judged(judged, crm):
    readiness, profiles = judged(crm.assign(valid_from=pd.Timestamp("1997-01-01")))
    assert profiles is None
    assert open_rules(readiness) == set()


def test_a_base_without_profiles_has_no_such_finding(counted):
    assert counted(lambda base, activity: measure(base, activity, AS_OF).profiles) is None


def test_a_column_that_only_repeats_the_past_tells_nothing_beyond_it():
    rng = np.random.default_rng(7)
    past = pd.DataFrame({"orders": rng.poisson(3, 2000)})
    later = pd.DataFrame({"orders": rng.poisson(past["orders"])})
    assert explained_beyond(past["orders"].to_numpy(), past, later) < 0.02
    assert explained_beyond((past + later)["orders"].to_numpy(), past, later) > 0.5


def test_bins_of_noise_do_not_tell_an_outcome_apart():
    rng = np.random.default_rng(7)
    ordered = rng.random(2000) < 0.3
    assert auc_alone(rng.integers(0, 20, 2000), ordered) < 0.55
    assert auc_alone(ordered.astype(int), ordered) == 1.0
