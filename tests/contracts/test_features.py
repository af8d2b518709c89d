"""What holds for every feature: adding one to the registry puts it under these tests."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bases import opened
from shop import CUTOFFS, contracts, planted_future, referrals, shop
from tiercast.features.assemble import feature_panel, observed_event_types
from tiercast.features.contacts import event_type_features
from tiercast.features.feature import Feature, Setting
from tiercast.features.registry import CATALOGUE, KEYS
from tiercast.features.subscriptions import plan_features
from tiercast.snapshots.activity import build_activity

LAST = CUTOFFS[-1]
SHOP = shop()
BIG_ORDERS = (
    SHOP["transactions"]
    .head(2)
    .assign(
        customer_id=[1, 2],
        order_id=[7001, 7002],
        ordered_at=pd.to_datetime(["2023-05-10", "2023-07-15"]),
        amount=5_000.0,
    )
)
TABLES = {
    **SHOP,
    "transactions": pd.concat([SHOP["transactions"], BIG_ORDERS], ignore_index=True).assign(
        cost=lambda lines: lines["amount"] * 0.5
    ),
    "referrals": referrals(),
    "subscriptions": contracts(),
}
# Features of what a contribution is made of are counted with this value alone.
OUTLOOK = {"value": "contribution", "return_cost": 3.0, "referral_share": 0.25}
SETTING = Setting(30, ("visit", "call", "click"), on_clock=True, plans=("pro", "basic"))
TOLD_BY_THE_CLOCK = ("season_horizon_ratio",)
FEATURES: tuple[Feature, ...] = tuple(
    f
    for f in (*CATALOGUE, *event_type_features(SETTING), *plan_features(SETTING))
    if f.grain != "models"
)
each_feature = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)


@pytest.fixture(scope="module")
def panel_of(tmp_path_factory):
    """Return the features of a base at the cutoffs, sorted by customer and cutoff.

    How busy the shop was each day may be given: it is the whole shop's, whoever is looked at.
    """

    def panel(tables, cutoffs: Sequence = CUTOFFS, daily_orders=None):
        with opened(tmp_path_factory.mktemp("shop"), tables, outlook=OUTLOOK) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            activity = replace(activity, daily_orders=daily_orders or activity.daily_orders)
            frame = feature_panel(activity, cutoffs, SETTING).to_pandas()
        return frame.sort_values(list(KEYS), ignore_index=True)

    return panel


@pytest.fixture(scope="module")
def panel(panel_of):
    return panel_of(TABLES)


@pytest.fixture(scope="module")
def last(panel):
    """The panel's rows at the last cutoff."""
    return panel[panel["as_of"] == pd.Timestamp(LAST)].reset_index(drop=True)


@pytest.fixture(scope="module")
def with_planted_future(panel_of):
    return panel_of(planted_future(TABLES, LAST), [LAST])


@pytest.fixture(scope="module")
def one_cutoff_at_a_time(panel_of):
    frames = [panel_of(TABLES, [cutoff]) for cutoff in CUTOFFS]
    return pd.concat(frames).sort_values(list(KEYS), ignore_index=True)


@pytest.fixture(scope="module")
def with_text_ids(panel_of):
    renamed = {
        name: table.assign(
            **{
                column: table[column].map("id{:04}".format)
                for column in ("customer_id", "referred_customer_id")
                if column in table
            }
        )
        for name, table in TABLES.items()
    }
    return panel_of(renamed)


@pytest.fixture(scope="module")
def some_customers_alone(panel_of, tmp_path_factory):
    brought = TABLES["referrals"].set_index("customer_id")["referred_customer_id"]
    those = [4, 8, *brought[4]]  # 4 is known by what those that they brought have bought
    some = {name: table[table["customer_id"].isin(those)] for name, table in TABLES.items()}
    with opened(tmp_path_factory.mktemp("whole"), TABLES, outlook=OUTLOOK) as base:
        whole = build_activity(base.connection, base.tables, base.config)
    return panel_of(some, daily_orders=whole.daily_orders)


@pytest.fixture(scope="module")
def with_shuffled_rows(panel_of):
    return panel_of({name: table.sample(frac=1, random_state=1) for name, table in TABLES.items()})


def test_a_base_with_every_table_has_at_least_60_features(panel):
    assert len([name for name in panel.columns if name not in KEYS]) >= 60
    assert len(FEATURES) >= 60


def test_names_are_distinct_and_made_for_columns():
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name == name.lower() for name in names)


@each_feature
def test_a_feature_says_its_unit_and_meaning_in_a_line(feature):
    assert feature.unit
    assert feature.meaning
    assert "\n" not in feature.meaning
    assert "|" not in feature.meaning  # it stands in a table
    assert feature.expression is not None or feature.name in TOLD_BY_THE_CLOCK


def test_there_is_one_row_for_each_customer_and_cutoff(panel):
    assert not panel.duplicated(list(KEYS)).any()
    assert set(panel["as_of"]) == {pd.Timestamp(cutoff) for cutoff in CUTOFFS}
    lines = TABLES["transactions"]
    for cutoff, rows in panel.groupby("as_of"):
        known = lines[lines["ordered_at"] < cutoff]
        first = known.groupby(["customer_id", "order_id"])["ordered_at"].transform("min")
        begun = known[known["ordered_at"].dt.date == first.dt.date]
        money = begun.groupby(["customer_id", "order_id"])["amount"].sum().round(4)
        buyers = money[money > 0].index.get_level_values("customer_id").unique()
        assert sorted(rows["customer_id"]) == sorted(buyers)


def test_the_columns_are_keys_features_and_profile(panel):
    assert list(panel.columns) == [*KEYS, *(f.name for f in FEATURES), "region", "age"]


@each_feature
def test_a_feature_is_a_finite_float_or_empty_where_it_says_so(panel, feature):
    values = panel[feature.name]
    assert values.dtype == np.float64
    assert not np.isinf(values).any()
    assert values.notna().any()
    if feature.empty is not None:
        assert values.notna().all()


@each_feature
def test_a_feature_tells_customers_apart(panel, feature):
    assert panel[feature.name].nunique() > 1


def same(left, right, name):
    pd.testing.assert_series_equal(left[name], right[name], check_exact=True)


def test_the_future_brings_no_customers(last, with_planted_future):
    same(last, with_planted_future, "customer_id")


@each_feature
def test_rows_planted_at_and_after_the_cutoff_change_nothing(last, with_planted_future, feature):
    same(last, with_planted_future, feature.name)


@each_feature
def test_a_panel_is_its_cutoffs_one_at_a_time(panel, one_cutoff_at_a_time, feature):
    same(panel, one_cutoff_at_a_time, feature.name)


@each_feature
def test_text_ids_have_the_features_of_integer_ids(panel, with_text_ids, feature):
    same(panel, with_text_ids, feature.name)


@each_feature
def test_a_customer_has_the_same_features_without_the_others(panel, some_customers_alone, feature):
    own, alone = (
        frame[frame["customer_id"].isin([4, 8])].reset_index(drop=True)
        for frame in (panel, some_customers_alone)
    )
    same(own, alone, feature.name)


@each_feature
def test_the_order_of_rows_changes_no_bit(panel, with_shuffled_rows, feature):
    same(panel, with_shuffled_rows, feature.name)


def test_ids_come_out_with_the_type_they_came_with(panel, with_text_ids):
    assert panel["customer_id"].dtype == np.int64
    assert with_text_ids["customer_id"].str.match(r"id\d{4}$").all()


def test_event_types_of_the_future_are_not_known(tmp_path):
    with opened(tmp_path, planted_future(TABLES, LAST)) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        assert observed_event_types(activity, LAST) == ("visit", "call", "click")
