import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.labels import labels

CONTRIBUTION = {"value": "contribution", "return_cost": 4.5, "referral_share": 0.1}
# Customer 1 brings 2 on 10 January; 2 brings 3.
LINES = orders(
    (1, "a", "2024-01-05", 100.0, 60.0),  # margin 40
    (2, "b", "2024-01-08", 500.0, 100.0),  # before 2 was brought: no credit
    (2, "c", "2024-01-20", 80.0, 30.0),  # margin 50, credit 5
    (1, "a", "2024-01-25", -20.0, -12.0),  # a return: -8 - 4.50
    (2, "c", "2024-02-02", -80.0, -30.0),  # wholly returned: -50 - 4.50, credit -5.45
    (1, "d", "2024-02-10", 30.0, 10.0),  # margin 20
    (3, "e", "2024-02-15", 300.0, 100.0),  # margin 200: 2 has 20 of it, 1 has nothing
    columns="customer_id order_id ordered_at amount cost",
)
REFERRALS = pd.DataFrame(
    {
        "customer_id": [1, 2, 3, 1, 9],
        "referred_customer_id": [2, 3, 2, 1, 3],
        "referred_at": pd.to_datetime(
            # 3 says later that they brought 2, 1 that they brought themselves; 9 never ordered.
            ["2024-01-10", "2024-02-01", "2024-01-11", "2024-01-02", "2024-02-14"]
        ),
    }
)


@pytest.fixture
def counted(tmp_path):
    """Return a function of a cutoff: features of each customer, and the value of 30 days on."""

    def at(cutoff, lines=LINES, referrals=REFERRALS):
        tables = {"transactions": lines, "referrals": referrals}
        with opened(tmp_path, tables, outlook=CONTRIBUTION) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            panel = feature_panel(activity, [cutoff], Setting(30)).to_pandas()
            window = {"horizon_days": 30, "observed_until": cutoff + dt.timedelta(days=30)}
            came = labels(activity.orders, [cutoff], **window).to_pandas()
        return panel.set_index("customer_id").sort_index(), came.set_index("customer_id")["value"]

    return at


def test_the_past_is_margin_less_returns_with_a_share_of_those_brought(counted):
    panel, _ = counted(dt.date(2024, 2, 1))
    assert panel["revenue"].to_dict() == {1: 40 - 8 - 4.5 + 5, 2: 400 + 50}
    assert panel["contribution_margin_365d"].to_dict() == {1: 32, 2: 450}
    assert panel["contribution_returns_365d"].to_dict() == {1: 4.5, 2: 0}
    assert panel["contribution_referrals_365d"].to_dict() == {1: 5, 2: 0}


def test_a_credit_is_no_order(counted):
    panel, _ = counted(dt.date(2024, 2, 1))
    assert panel["orders"].to_dict() == {1: 1, 2: 2}
    assert panel["recency_days"].to_dict() == {1: 27, 2: 12}
    assert panel["referral_value"].to_dict() == {1: 50, 2: 0}  # without credits of their own


def test_the_value_of_a_horizon_counts_what_those_brought_bought_in_it(counted):
    _, value = counted(dt.date(2024, 1, 6))
    assert value.to_dict() == {2: 400 + 50 - 50 - 4.5}  # 1, with credits alone, ordered nothing
    _, value = counted(dt.date(2024, 1, 15))
    assert value.to_dict() == {1: pytest.approx(-8 - 4.5 + 5 - 5.45 + 20)}
    _, value = counted(dt.date(2024, 2, 5))
    assert value.to_dict() == {1: 20.0, 3: 200.0}  # 1 has nothing of 3, whom 2 brought
    _, value = counted(dt.date(2024, 2, 1))
    assert value[1] == pytest.approx(20 - 5.45)


def test_whom_several_brought_counts_for_the_first(counted):
    panel, _ = counted(dt.date(2024, 3, 1))
    found = panel["contribution_referrals_365d"].to_dict()
    assert found == pytest.approx({1: 5 - 5.45, 2: 20, 3: 0})


def test_referrals_and_orders_of_later_days_change_nothing_before(counted):
    cutoff = dt.date(2024, 2, 1)
    before, _ = counted(cutoff)
    later = orders((2, "z", "2024-02-01", 9e6, 1.0), columns=" ".join(LINES.columns))
    brought = REFERRALS.tail(1).assign(
        customer_id=3, referred_customer_id=1, referred_at=pd.Timestamp("2024-02-01")
    )
    after, _ = counted(cutoff, pd.concat([LINES, later]), pd.concat([REFERRALS, brought]))
    columns = [name for name in before if not name.startswith("profile")]
    pd.testing.assert_frame_equal(before[columns], after[columns])


def test_without_terms_a_contribution_is_a_margin(tmp_path):
    values = {}
    for value in ("margin", "contribution"):
        with opened(tmp_path, {"transactions": LINES}, outlook={"value": value}) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            made = activity.orders.to_pandas().sort_values(["customer_id", "ordered_at"])
        values[value] = made["net_value"].tolist()
    assert values["margin"] == values["contribution"]
