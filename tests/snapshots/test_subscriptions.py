"""Who has a contract at a day, and whose contracts end within a horizon."""

import datetime as dt

import pandas as pd
import pytest

from bases import opened
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import labels
from tiercast.snapshots.subscriptions import contracts_of, customers_at, relation_ends

AS_OF = dt.date(2024, 6, 1)
ROWS = [
    ("runs on", "2024-01-05", None, 10.0),
    ("leaves", "2024-01-05", "2024-07-05", 10.0),
    ("pauses", "2024-01-05", "2024-06-10", 10.0),
    ("pauses", "2024-06-20", None, 20.0),
    ("comes back late", "2024-01-05", "2024-06-10", 10.0),
    ("comes back late", "2024-07-20", None, 10.0),
    ("had left", "2024-01-05", "2024-05-31", 10.0),
    ("is in a pause", "2024-01-05", "2024-05-30", 10.0),
    ("is in a pause", "2024-06-05", None, 10.0),
    ("starts later", "2024-06-01", None, 10.0),
    ("pays nothing", "2024-01-05", None, 0.0),
    ("drops one of two", "2024-01-05", "2024-06-10", 10.0),
    ("drops one of two", "2024-02-05", None, 10.0),
    ("newest", "2024-12-31", None, 10.0),
]


def tables(rows=ROWS):
    frame = pd.DataFrame(rows, columns=["customer_id", "started_at", "ended_at", "price"])
    times = {name: pd.to_datetime(frame[name]) for name in ("started_at", "ended_at")}
    return {"subscriptions": frame.assign(**times)}


@pytest.fixture(scope="module")
def activity(tmp_path_factory):
    outlook = {"churn": "subscription", "horizon_days": 90}
    with opened(tmp_path_factory.mktemp("contracts"), tables(), outlook=outlook) as base:
        yield build_activity(base.connection, base.tables, base.config)


@pytest.fixture(scope="module")
def outcomes(activity):
    known = labels(activity.orders, [AS_OF], horizon_days=90, observed_until=dt.date(2024, 12, 31))
    return known.to_pandas().set_index("customer_id")


def test_customers_are_those_with_a_contract_that_runs(activity, outcomes):
    running = {name for name, *_ in ROWS} - {"had left", "is in a pause", "starts later", "newest"}
    assert set(outcomes.index) == running
    cut = customers_at(history(activity.orders, "ordered_at", [AS_OF]))
    assert set(cut.customer_id.to_pandas()) == running
    panel = feature_panel(activity, [AS_OF], Setting(90)).to_pandas()
    assert set(panel["customer_id"]) == running


def test_who_leaves_is_whose_contracts_end_and_are_not_renewed_in_time(outcomes):
    left = set(outcomes.index[~outcomes["ordered"]])
    assert left == {"leaves", "comes back late"}


def test_the_value_is_what_was_paid_also_by_those_who_left(outcomes):
    paid = outcomes["value"]
    assert paid["runs on"] == 30.0  # on the 5th of June, July and August
    assert paid["leaves"] == 10.0  # it ends on the day of the second payment
    assert paid["pauses"] == 10.0 + 3 * 20.0
    assert paid["pays nothing"] == 0.0


def test_the_days_to_the_end_are_those_of_the_relation(activity):
    ends = relation_ends(activity.orders, [AS_OF]).to_pandas().set_index("customer_id")
    days = ends["left_after_days"]
    assert days["leaves"] == 34.0
    assert days[["runs on", "pauses", "drops one of two"]].isna().all()


def test_a_future_end_is_no_feature_until_the_newest_row_knows_it(activity):
    panel = feature_panel(activity, [AS_OF, dt.date(2025, 1, 1)], Setting(90)).to_pandas()
    assert panel["contract_known_end_days"].isna().all()


def test_an_end_after_the_newest_row_is_known_at_its_end(tmp_path):
    rows = [*ROWS, ("will leave", "2024-02-05", "2025-01-31", 10.0)]
    outlook = {"churn": "subscription"}
    with opened(tmp_path, tables(rows), outlook=outlook) as base:
        made = build_activity(base.connection, base.tables, base.config)
        days = [AS_OF, base.observed_until]
        panel = feature_panel(made, days, Setting(90)).to_pandas()
    known = panel.set_index(["customer_id", "as_of"])["contract_known_end_days"].dropna()
    assert known.to_dict() == {("will leave", pd.Timestamp("2025-01-01")): 30.0}


def test_the_contracts_of_a_customer_are_those_known_on_the_day(activity):
    day = dt.date(2024, 7, 1)
    found = contracts_of(activity.subscriptions, "pauses", day).to_pandas()
    assert found["price"].tolist() == [20.0, 10.0]
    assert found["running"].tolist() == [True, False]
    assert found["ran_before"].tolist() == [False, True]
    assert found["renewals"].tolist() == [0, 5]  # of the months to the 5th of June
    assert found["ended_on"].tolist()[1] == pd.Timestamp("2024-06-10")
    assert found["renews_on"].tolist()[0] == pd.Timestamp("2024-07-20")
    assert pd.isna(found["renews_on"].iloc[1])


def test_an_end_that_nobody_knew_on_the_day_is_not_told(activity):
    found = contracts_of(activity.subscriptions, "leaves", AS_OF).to_pandas()
    assert found["running"].tolist() == [True]
    assert found["ended_on"].isna().all()
    assert found["renews_on"].tolist() == [pd.Timestamp("2024-06-05")]
