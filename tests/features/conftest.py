"""Four customers, few enough to count by hand, and the 23,502 of CDNOW."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.config.loading import load_config
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.labels import labels
from tiercast.sources.canonical import open_base

AS_OF = dt.date(2024, 7, 1)
LINES = orders(
    # ann: four orders on four days; a part of the last goes back four days later.
    ("ann", "o1", "2023-06-20 10:00", 30.0, 2, 4.0, "toys"),
    ("ann", "o1", "2023-06-20 10:00", 10.0, 1, None, "food"),
    ("ann", "o2", "2023-07-10 18:30", 20.0, 1, None, "toys"),
    ("ann", "o3", "2024-05-05 08:00", 10.0, None, 2.0, "food"),
    ("ann", "o4", "2024-06-21 00:00", 50.0, 5, 0.0, "toys"),
    ("ann", "o4", "2024-06-25 00:00", -10.0, -1, None, "toys"),
    # bob: one order, an hour before the cutoff.
    ("bob", "o5", "2024-06-30 23:00", 25.0, 2, 0.0, "food"),
    # cid: one order, all of it given back, and an order of nothing.
    ("cid", "o6", "2024-01-01 12:00", 80.0, 1, None, "toys"),
    ("cid", "r1", "2024-03-01 00:00", -80.0, -1, None, "toys"),
    ("cid", "o7", "2024-06-01 00:00", 0.0, 0, None, "food"),
    # eve: two orders on one day, 90 days before.
    ("eve", "o8", "2024-04-02 09:00", 5.0, 1, None, "food"),
    ("eve", "o9", "2024-04-02 13:00", 7.0, 1, None, "toys"),
    # dan never bought anything that lasted, zoe only later.
    ("dan", "r2", "2024-02-01 00:00", -5.0, -1, None, "toys"),
    ("zoe", "o10", "2024-07-01 00:00", 9.0, 1, None, "toys"),
    columns="customer_id order_id ordered_at amount quantity discount category",
)
CONTACTS = orders(
    ("ann", "2024-01-10", "c1", "2024-01-15"),
    ("ann", "2024-06-01", "c2", "2024-07-05"),  # the response is not known yet
    ("eve", "2024-06-30 12:00", "c2", None),
    ("dan", "2024-06-30", "c2", None),
    columns="customer_id contacted_at campaign_id responded_at",
)
EVENTS = orders(
    ("bob", "2024-06-30 01:00", "visit", "search"),
    ("bob", "2024-06-30 02:00", "visit", "cart"),
    ("bob", "2024-06-29 00:00", "call", None),
    ("bob", "2024-03-01 00:00", "visit", "search"),
    ("eve", "2024-01-01 00:00", "call", None),
    columns="customer_id event_at event_type feature",
)
REFERRALS = orders(
    ("ann", "bob", "2024-06-30"),
    ("ann", "eve", "2024-05-01"),  # who bought before only
    ("ann", "zoe", "2024-07-01"),  # not known yet
    ("cid", "eve", "2024-04-01"),
    ("bob", "bob", "2024-01-01"),
    columns="customer_id referred_customer_id referred_at",
)
SUBSCRIPTIONS = pd.DataFrame(
    [
        ("ann", "2024-01-15", "2024-04-10", "basic", 10.0, 1, None),
        ("ann", "2024-04-12", None, "pro", 25.0, 12, None),
        ("eve", "2024-06-20", "2024-08-01", "basic", 7.0, 1, "2024-06-25"),
    ],
    columns=[
        "customer_id",
        "started_at",
        "ended_at",
        "plan",
        "price",
        "term_months",
        "cancelled_at",
    ],
).assign(
    **{
        name: lambda rows, name=name: pd.to_datetime(rows[name])
        for name in ("started_at", "ended_at", "cancelled_at")
    }
)
CUSTOMERS = orders(("ann", "north", 44), ("zoe", "south", 20), columns="customer_id region age")


@pytest.fixture(scope="session")
def by_hand(tmp_path_factory) -> pd.DataFrame:
    """Return the features at AS_OF, one row per customer, with a horizon of 30 days."""
    tables = {
        "transactions": LINES,
        "contacts": CONTACTS,
        "events": EVENTS,
        "customers": CUSTOMERS,
        "referrals": REFERRALS,
        "subscriptions": SUBSCRIPTIONS,
    }
    with opened(tmp_path_factory.mktemp("by_hand"), tables) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        setting = Setting(horizon_days=30, event_types=("visit", "call"))
        panel = feature_panel(activity, [AS_OF], setting).to_pandas()
    return panel.set_index("customer_id").sort_index()


@dataclass(frozen=True)
class Cdnow:
    """Order lines, features by customer at `as_of`, and who ordered within the next 90 days."""

    lines: pd.DataFrame
    as_of: pd.Timestamp
    panel: pd.DataFrame
    ordered: pd.Series


@pytest.fixture(scope="session")
def cdnow(samples, root) -> Cdnow:
    """Return CDNOW, split at 1 April 1998."""
    as_of = dt.date(1998, 4, 1)
    with open_base(load_config(root / "pipelines" / "cdnow.yaml")) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = feature_panel(activity, [as_of], Setting(90)).to_pandas().set_index("customer_id")
        truth = labels(
            activity.orders, [as_of], horizon_days=90, observed_until=base.observed_until
        ).to_pandas()
        lines = base.transactions.to_pandas()
    panel = panel.sort_index()
    ordered = pd.Series(panel.index.isin(truth["customer_id"]), panel.index)
    return Cdnow(lines, pd.Timestamp(as_of), panel, ordered)
