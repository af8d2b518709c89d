import datetime as dt
import math

import pandas as pd
import pytest

from bases import opened
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity


def features_of(folder, lines):
    """Return the one customer's features, counted on 2024-02-01."""
    dated = [{"ordered_at": "2024-01-31"} | line for line in lines]
    frame = pd.DataFrame(dated).assign(customer_id=1, order_id="o1")
    frame["product_id"] = frame.index.astype(str)
    with opened(folder, {"transactions": frame}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return feature_panel(activity, [dt.date(2024, 2, 1)], Setting(30)).to_pandas().iloc[0]


def test_money_spread_evenly_over_n_categories_has_the_entropy_log_n(tmp_path):
    row = features_of(tmp_path, [{"amount": 5.0, "category": c} for c in "abcd"])
    assert row["category_entropy"] == pytest.approx(math.log(4), abs=1e-4)
    assert (row["category_count"], row["category_top_share"]) == (4.0, 0.25)


def test_one_category_has_no_entropy(tmp_path):
    row = features_of(tmp_path, [{"amount": 5.0, "category": "a"}] * 3)
    assert row["category_entropy"] == pytest.approx(0.0, abs=1e-4)
    assert row["category_top_share"] == 1.0


def test_a_discount_is_a_share_of_the_full_price(tmp_path):
    row = features_of(tmp_path, [{"amount": 7.5, "discount": 2.5}])
    assert (row["discount_share"], row["discount_share_90d"]) == (0.25, 0.25)


def test_a_return_is_a_share_of_what_was_bought(tmp_path):
    row = features_of(tmp_path, [{"amount": 8.0}, {"amount": -2.0}])
    assert (row["return_share"], row["revenue"]) == (0.25, 6.0)


def test_the_kept_share_counts_from_the_day_of_purchase(tmp_path):
    at_once = features_of(tmp_path, [{"amount": 8.0}, {"amount": -2.0}])
    assert at_once["kept_share"] == 1.0
    bought = {"amount": 8.0, "ordered_at": "2024-01-05"}
    later = features_of(tmp_path, [bought, {"amount": -2.0, "ordered_at": "2024-01-09"}])
    assert later["kept_share"] == 0.75


def test_a_basket_counts_lines_and_pieces(tmp_path):
    row = features_of(tmp_path, [{"amount": 1.0, "quantity": 3}, {"amount": 2.0, "quantity": 1}])
    assert (row["average_basket_lines"], row["average_basket_quantity"]) == (2.0, 4.0)
