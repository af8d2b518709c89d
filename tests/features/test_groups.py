import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.config.errors import ConfigError
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity

AS_OF = dt.date(2024, 3, 1)
ORDERS = orders(
    (1, "2024-01-05", 10.0, "x"),
    (1, "2024-01-06", 10.0, "y"),
    (1, "2024-01-07", 10.0, "y"),
    (1, "2024-03-02", 10.0, "x"),  # not known yet
    (1, "2024-03-03", 10.0, "x"),
    (2, "2024-01-05", 10.0, "x"),
    (2, "2024-01-06", 10.0, "y"),  # as many: the latest counts
    (3, "2024-01-05", 10.0, None),
    (4, "2024-01-05", 10.0, " x "),
    columns="customer_id ordered_at amount shop",
).rename(columns={"shop": "Shop Name"})
PROFILES = pd.DataFrame({"customer_id": [1, 2, 3], "region": ["north", " ", "south"]})


def groups(folder, tables, by, **settings):
    with opened(folder, tables, by=by, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        made = feature_panel(activity, [AS_OF], Setting(30)).to_pandas()
        return made.set_index("customer_id").sort_index()["customer_group"].to_dict()


def test_the_group_is_the_most_frequent_of_the_order_lines_before_the_day(tmp_path):
    found = groups(tmp_path, {"transactions": ORDERS}, "Shop Name")
    assert found == {1: "y", 2: "y", 3: "unknown", 4: "x"}


def test_the_group_is_a_column_of_the_profile_and_unknown_without_a_value(tmp_path):
    tables = {"transactions": ORDERS, "customers": PROFILES}
    found = groups(tmp_path, tables, "region")
    assert found == {1: "north", 2: "unknown", 3: "south", 4: "unknown"}


def test_a_dated_profile_is_read_as_of_the_day(tmp_path):
    profiles = pd.DataFrame(
        {
            "customer_id": [1, 1],
            "region": ["north", "south"],
            "valid_from": pd.to_datetime(["2024-01-01", "2024-03-05"]),
        }
    )
    found = groups(tmp_path, {"transactions": ORDERS, "customers": profiles}, "region")
    assert found[1] == "north"


def test_a_canonical_column_of_order_lines_can_be_the_group(tmp_path):
    lines = ORDERS.rename(columns={"Shop Name": "channel"})
    assert groups(tmp_path, {"transactions": lines}, "channel")[1] == "y"


def test_a_column_that_no_table_has_is_refused_with_the_nearest(tmp_path):
    tables = {"transactions": ORDERS, "customers": PROFILES}
    with pytest.raises(DataContractError, match="did you mean `region`"):
        groups(tmp_path, tables, "regions")


def test_a_column_of_too_many_values_is_refused(tmp_path):
    rows = [(who, "2024-01-05", 1.0, f"s{who}") for who in range(51)]
    lines = orders(*rows, columns="customer_id ordered_at amount shop")
    with pytest.raises(DataContractError, match="51 groups, but 50 are the most"):
        groups(tmp_path, {"transactions": lines}, "shop")


def test_a_profile_column_of_the_score_columns_name_is_refused(tmp_path):
    profiles = PROFILES.assign(customer_group="a")
    with pytest.raises(ConfigError, match="another name"):
        groups(tmp_path, {"transactions": ORDERS, "customers": profiles}, "region")


def test_order_lines_of_a_feature_store_keep_no_group(tmp_path):
    with pytest.raises(DataContractError, match="feature_store"):
        groups(tmp_path, {"transactions": ORDERS}, "Shop Name", feature_store={"path": "store"})


def test_a_label_table_has_no_groups():
    settings = {"name": "a", "sources": {"customers": {"path": "c.csv"}}, "by": "region"}
    label = {"churn": "label", "column": "Churn"}
    with pytest.raises(ValueError, match="leave `by` out"):
        Config.model_validate(settings | {"outlook": label})


def test_a_protected_column_groups_nobody():
    sources = {"transactions": {"path": "a.csv"}, "customers": {"path": "c.csv"}}
    settings = {"name": "a", "sources": sources, "by": "gender", "protected": ["gender"]}
    with pytest.raises(ValueError, match="`by: gender` would treat customers by a `protected`"):
        Config.model_validate(settings)
