import datetime as dt
from contextlib import contextmanager

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.features.assemble import feature_panel, observed_event_types, profile_columns
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity

AS_OF = dt.date(2024, 3, 1)
SETTING = Setting(30)
LINES = orders((1, "2024-01-05", 10.0), (2, "2024-02-05", 20.0))


@contextmanager
def journal_of(folder, **tables):
    with opened(folder, {"transactions": LINES} | tables) as base:
        yield build_activity(base.connection, base.tables, base.config)


def panel(folder, setting=SETTING, **tables):
    with journal_of(folder, **tables) as activity:
        frame = feature_panel(activity, [AS_OF], setting).to_pandas()
        return frame.set_index("customer_id").sort_index(), profile_columns(activity, setting)


def test_bare_orders_are_enough(tmp_path):
    made, profile = panel(tmp_path)
    assert made["orders"].tolist() == [1.0, 1.0]
    assert profile == ()


def test_a_cutoff_before_every_order_has_no_rows(tmp_path):
    with journal_of(tmp_path) as activity:
        assert feature_panel(activity, [dt.date(2024, 1, 5)], Setting(30)).count().execute() == 0


def test_profile_columns_that_bear_a_features_name_get_another(tmp_path):
    profiles = pd.DataFrame(
        {"customer_id": [1], "revenue": ["low"], "contacts": [7], "as_of": ["x"], "age": [40]}
    )
    made, profile = panel(tmp_path, customers=profiles)
    assert set(profile) == {"profile_revenue", "profile_contacts", "profile_as_of", "age"}
    assert made.loc[1, list(profile)].to_dict() == {
        "profile_revenue": "low",
        "profile_contacts": 7,
        "profile_as_of": "x",
        "age": 40,
    }
    assert made["revenue"].tolist() == [10.0, 20.0]


def test_a_profile_column_may_end_like_a_join_does(tmp_path):
    profiles = pd.DataFrame({"customer_id": [1, 2], "hand_right": ["yes", "no"]})
    made, profile = panel(tmp_path, customers=profiles)
    assert profile == ("hand_right",)
    assert made["hand_right"].tolist() == ["yes", "no"]


def test_profiles_of_strangers_bring_no_rows(tmp_path):
    profiles = pd.DataFrame({"customer_id": [1, 99], "age": [40, 50]})
    assert panel(tmp_path, customers=profiles)[0].index.tolist() == [1, 2]


def events_of(*types):
    return orders(
        *[(1, "2024-02-01", one) for one in types], columns="customer_id event_at event_type"
    )


def test_event_types_come_most_frequent_first_then_by_name(tmp_path):
    with journal_of(tmp_path, events=events_of("b", "a", "c", "c")) as activity:
        assert observed_event_types(activity, AS_OF) == ("c", "a", "b")
        assert observed_event_types(activity, dt.date(2024, 2, 1)) == ()


def test_at_most_eight_event_types_have_features(tmp_path):
    with journal_of(tmp_path, events=events_of(*"jihgfedcba")) as activity:
        assert observed_event_types(activity, AS_OF) == tuple("abcdefgh")


def test_a_base_without_events_has_no_event_types(tmp_path):
    with journal_of(tmp_path) as activity:
        assert observed_event_types(activity, AS_OF) == ()


@pytest.mark.parametrize("odd", ["it's", 'say "hi"', "a b; drop table", "登录"])
def test_event_types_may_hold_any_text(tmp_path, odd):
    setting = Setting(30, (odd,))
    made, _ = panel(tmp_path, setting, events=events_of(odd, odd, "other"))
    assert made["event_type_1_90d"].tolist() == [2.0, 0.0]


def test_a_type_known_to_the_model_and_never_seen_counts_none(tmp_path):
    made, _ = panel(tmp_path, Setting(30, ("gone",)), events=events_of("visit"))
    assert made["event_type_1_90d"].tolist() == [0.0, 0.0]
    assert made["event_type_1_recency_days"].isna().all()


def test_a_response_dated_before_its_contact_is_known_with_the_contact(tmp_path):
    contacts = orders(
        (1, "2024-02-20", "c1", "2024-01-20"),
        (2, "2024-03-09", "c1", "2024-01-20"),
        columns="customer_id contacted_at campaign_id responded_at",
    )
    made, _ = panel(tmp_path, contacts=contacts)
    assert made["responses"].tolist() == [1.0, 0.0]
    assert made["response_recency_days"].tolist()[0] == 10.0
