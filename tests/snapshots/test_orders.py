import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.snapshots.journal import build_journal
from tiercast.snapshots.orders import reduce_to_category_days

COLUMNS = "customer_id order_id ordered_at amount"


def journal_of(folder, lines, **settings):
    """Answer orders and order days as frames, sorted."""
    with opened(folder, {"transactions": lines}, **settings) as base:
        journal = build_journal(base.connection, base.tables, base.config)
        made = journal.orders.to_pandas().sort_values(["customer_id", "ordered_at", "net_amount"])
        days = journal.order_days.to_pandas().sort_values(["customer_id", "ordered_on"])
    return made.reset_index(drop=True), days.reset_index(drop=True)


def test_lines_of_one_order_and_day_are_one_row(tmp_path):
    lines = orders(
        (1, "o1", "2024-01-05 10:00", 10.0, 2.0, 3),
        (1, "o1", "2024-01-05 10:05", 5.5, None, 1),
        (1, "o1", "2024-01-05 10:07", -4.0, 0.5, -1),
        columns=f"{COLUMNS} discount quantity",
    )
    [row] = journal_of(tmp_path, lines)[0].to_dict("records")
    assert row["ordered_at"] == pd.Timestamp("2024-01-05 10:00")
    assert row["net_amount"] == row["net_value"] == 11.5
    assert (row["returned"], row["discount"], row["quantity"]) == (4.0, 2.5, 3.0)
    assert (row["lines"], row["is_order"]) == (3, True)


def test_two_orders_on_a_day_are_two_orders_and_one_order_day(tmp_path):
    lines = orders((1, "o1", "2024-01-05", 10.0), (1, "o2", "2024-01-05", 5.0), columns=COLUMNS)
    made, days = journal_of(tmp_path, lines)
    assert made["is_order"].tolist() == [True, True]
    assert days["spent"].tolist() == [15.0]


def test_equal_order_ids_of_two_customers_are_two_orders(tmp_path):
    lines = orders((1, "o1", "2024-01-05", 10.0), (2, "o1", "2024-01-06", 5.0), columns=COLUMNS)
    assert journal_of(tmp_path, lines)[0]["is_order"].tolist() == [True, True]


@pytest.mark.parametrize("amounts", [(0.0,), (-5.0,), (5.0, -5.0), (0.1, 0.2, -0.3)])
def test_an_order_that_nets_to_nothing_is_none(tmp_path, amounts):
    lines = orders((1, "o1", "2024-01-05", 9.0), columns=COLUMNS)
    other = orders(*[(2, "o2", "2024-01-05", a) for a in amounts], columns=COLUMNS)
    made, days = journal_of(tmp_path, pd.concat([lines, other]))
    assert made["is_order"].tolist() == [True, False]
    assert days["customer_id"].tolist() == [1]


def test_an_order_over_midnight_is_one_order_whose_later_money_comes_later(tmp_path):
    lines = orders(
        (1, "o1", "2024-01-05 23:59", 10.0), (1, "o1", "2024-01-06 00:01", 5.0), columns=COLUMNS
    )
    made, days = journal_of(tmp_path, lines)
    assert made["is_order"].tolist() == [True, False]
    assert made["net_value"].tolist() == [10.0, 5.0]
    assert days["spent"].tolist() == [10.0]


def test_a_return_weeks_later_lowers_money_then(tmp_path):
    lines = orders((1, "o1", "2024-01-05", 10.0), (1, "o1", "2024-02-05", -4.0), columns=COLUMNS)
    made, _ = journal_of(tmp_path, lines)
    assert made["net_value"].tolist() == [10.0, -4.0]
    assert made["is_order"].tolist() == [True, False]
    assert made["returned"].tolist() == [0.0, 4.0]


def test_without_order_ids_an_order_is_a_customers_day(tmp_path):
    lines = orders(
        (1, "2024-01-05 09:00", 10.0), (1, "2024-01-05 18:00", 5.0), (1, "2024-01-06", 1)
    )
    made, _ = journal_of(tmp_path, lines)
    assert made["net_value"].tolist() == [15.0, 1.0]
    assert made["is_order"].tolist() == [True, True]


def test_lines_without_an_order_id_are_one_order_a_day(tmp_path):
    lines = orders(
        (1, None, "2024-01-05", 1.0),
        (1, None, "2024-01-05", 2.0),
        (1, None, "2024-01-07", 4.0),
        (1, "o1", "2024-01-07", 8.0),
        columns=COLUMNS,
    )
    made, _ = journal_of(tmp_path, lines)
    assert made["net_value"].tolist() == [3.0, 4.0, 8.0]
    assert made["is_order"].all()


def test_margin_is_amount_less_cost(tmp_path):
    lines = orders((1, "2024-01-05", 10.0, 6.0), columns="customer_id ordered_at amount cost")
    made, days = journal_of(tmp_path, lines, outlook={"value": "margin"})
    assert (made["net_value"][0], made["net_amount"][0], days["spent"][0]) == (4.0, 10.0, 4.0)


def test_gaps_lie_between_distinct_order_days(tmp_path):
    days = ("2024-01-01", "2024-01-01", "2024-01-04", "2024-01-10", "2024-01-11", "2024-02-20")
    lines = orders(*[(1, f"o{i}", day, 1.0) for i, day in enumerate(days)], columns=COLUMNS)
    made = journal_of(tmp_path, lines)[1]
    assert made["gap_days"].astype("Float64").tolist() == [pd.NA, 3, 6, 1, 40]
    # The mean of the last three gaps: 3; 4.5; 10 / 3; 47 / 3.
    recent = made["recent_gap_days"].tolist()[1:]
    assert recent == pytest.approx([3, 4.5, 10 / 3, 47 / 3])


def test_weeks_begin_on_monday_and_count_once(tmp_path):
    # 2024-01-01 is a Monday.
    days = ("2024-01-01", "2024-01-07", "2024-01-08", "2024-01-31", "2024-02-01")
    lines = orders(*[(1, day, 1.0) for day in days])
    made = journal_of(tmp_path, lines)[1]
    assert made["new_week"].tolist() == [True, False, True, True, False]
    assert made["new_month"].tolist() == [True, False, False, False, True]


def test_a_journal_says_what_the_base_has(tmp_path):
    lines = orders((1, "2024-01-05", 1.0))
    with opened(tmp_path / "bare", {"transactions": lines}) as base:
        bare = build_journal(base.connection, base.tables, base.config)
        assert (bare.has_quantity, bare.has_discount, bare.has_order_ids) == (False, False, False)
        assert bare.category_spend is bare.customers is bare.events is bare.contacts is None
    rich = lines.assign(order_id="o1", quantity=1, discount=0.0, category="toys")
    with opened(tmp_path / "rich", {"transactions": rich}) as base:
        full = build_journal(base.connection, base.tables, base.config)
        assert (full.has_quantity, full.has_discount, full.has_order_ids) == (True, True, True)
        assert full.category_spend is not None


def test_money_by_category_leaves_returns_out_and_names_the_nameless(tmp_path):
    lines = orders(
        (1, "2024-01-05 10:00", 4.0, "toys"),
        (1, "2024-01-05 11:00", 6.0, "toys"),
        (1, "2024-01-06", -3.0, "toys"),
        (1, "2024-01-06", 2.0, None),
        columns="customer_id ordered_at amount category",
    )
    with opened(tmp_path, {"transactions": lines}) as base:
        journal = build_journal(base.connection, base.tables, base.config)
        days = reduce_to_category_days(journal.category_spend).order_by("bought_at").to_pandas()
    assert days[["category", "spent"]].to_numpy().tolist() == [["toys", 10.0], ["(none)", 2.0]]
    assert days["bought_at"][0].to_pydatetime() == dt.datetime(2024, 1, 5)
