import pytest

from bases import opened, orders
from shop import contracts, referrals, shop
from tiercast.features.contacts import event_type_features
from tiercast.features.feature import Setting
from tiercast.features.registry import CATALOGUE, feature_table, features_for
from tiercast.features.signals import BREAKDOWN, PROMOTERS
from tiercast.features.subscriptions import CONTRACT_MODELS
from tiercast.snapshots.activity import build_activity

SETTING = Setting(30)
BARE = orders((1, "2024-01-05", 1.0))


def names_for(folder, tables, setting=SETTING):
    with opened(folder, tables) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return {feature.name for feature in features_for(activity, setting)}


def test_the_table_has_a_row_for_each_feature():
    rows = feature_table().splitlines()[2:]
    assert len(rows) == len(CATALOGUE)
    assert all(row.count("|") == 5 for row in rows)


def test_a_base_of_bare_orders_lacks_the_features_of_other_columns(tmp_path):
    names = names_for(tmp_path, {"transactions": BARE})
    missing = {feature.name for feature in CATALOGUE} - names
    told_by_other_tables = {f.name for f in CATALOGUE if f.family in ("campaigns", "events")}
    promoters = {feature.name for feature in (*PROMOTERS, *BREAKDOWN)}
    contracts = {f.name for f in CATALOGUE if f.family == "contracts"}
    season = {f.name for f in CATALOGUE if f.family == "season"}
    assert missing == told_by_other_tables | season | promoters | contracts | {
        "event_after_order_days",
        "category_shift",
        "average_basket_quantity",
        "discount_share",
        "discount_share_90d",
        "category_count",
        "category_count_90d",
        "category_top_share",
        "category_entropy",
    }


@pytest.mark.parametrize(
    ("column", "names"),
    [
        ("quantity", {"average_basket_quantity"}),
        ("discount", {"discount_share", "discount_share_90d"}),
    ],
)
def test_a_column_brings_its_features(tmp_path, column, names):
    with_column = names_for(tmp_path / "with", {"transactions": BARE.assign(**{column: 1.0})})
    assert with_column - names_for(tmp_path / "bare", {"transactions": BARE}) == names


def test_the_season_clock_brings_its_features(tmp_path):
    on_clock = names_for(tmp_path / "on", {"transactions": BARE}, Setting(30, on_clock=True))
    assert on_clock - names_for(tmp_path / "off", {"transactions": BARE}) == {
        "season_recency_days",
        "season_age_days",
        "season_overdue_ratio",
        "season_horizon_ratio",
    }


def test_contacts_without_responses_lack_their_features(tmp_path):
    tables = shop()
    told = names_for(tmp_path / "told", tables)
    tables["contacts"] = tables["contacts"].drop(columns="responded_at")
    tables["events"] = tables["events"].drop(columns="feature")
    assert told - names_for(tmp_path / "untold", tables) == {
        "responses",
        "response_recency_days",
        "response_rate",
        "event_features_used",
    }


def test_every_feature_is_there_for_a_base_with_every_table(tmp_path):
    setting = Setting(30, ("visit", 'it\'s "odd"'), on_clock=True)
    tables = {**shop(), "referrals": referrals(), "subscriptions": contracts()}
    of_hazards = {feature.name for feature in CONTRACT_MODELS}  # where churn is an end
    every = {f.name for f in (*CATALOGUE, *event_type_features(setting))}
    of_contributions = {feature.name for feature in BREAKDOWN}  # where they are the value
    assert names_for(tmp_path, tables, setting) == every - of_hazards - of_contributions


def test_derived_features_stand_after_their_sources():
    seen = [feature.name for feature in CATALOGUE]
    for later, sooner in [
        ("average_order_value", "revenue"),
        ("last_to_average_value", "average_order_value"),
        ("overdue_ratio", "gap_mean_days"),
        ("gap_variation", "gap_std_days"),
        ("response_rate", "responses"),
        ("referral_value_ratio", "referral_value"),
        ("big_order_due_days", "big_order_last_year_days"),
        ("event_active_days_a_week", "event_active_days_90d"),
        ("season_overdue_ratio", "btyd_frequency"),
        ("season_overdue_ratio", "season_age_days"),
    ]:
        assert seen.index(later) > seen.index(sooner)
