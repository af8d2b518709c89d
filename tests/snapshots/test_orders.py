import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import labels
from tiercast.snapshots.orders import reduce_to_spend_days

COLUMNS = "customer_id order_id ordered_at amount"


def journal_of(folder, lines, **settings):
    """Return orders and order days as frames, sorted."""
    with opened(folder, {"transactions": lines}, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        made = activity.orders.to_pandas().sort_values(["customer_id", "ordered_at", "net_amount"])
        days = activity.order_days.to_pandas().sort_values(["customer_id", "ordered_on"])
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


def test_the_activity_has_the_tables_and_columns_of_the_base(tmp_path):
    lines = orders((1, "2024-01-05", 1.0))
    with opened(tmp_path / "bare", {"transactions": lines}) as base:
        bare = build_activity(base.connection, base.tables, base.config)
        assert (bare.has_quantity, bare.has_discount, bare.has_order_ids) == (False, False, False)
        assert bare.category_spend is bare.customers is bare.events is bare.contacts is None
    rich = lines.assign(order_id="o1", quantity=1, discount=0.0, category="toys")
    with opened(tmp_path / "rich", {"transactions": rich}) as base:
        full = build_activity(base.connection, base.tables, base.config)
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
        activity = build_activity(base.connection, base.tables, base.config)
        days = reduce_to_spend_days(activity.category_spend).order_by("bought_at").to_pandas()
    assert days[["category", "spent"]].to_numpy().tolist() == [["toys", 10.0], ["(none)", 2.0]]
    assert days["bought_at"][0].to_pydatetime() == dt.datetime(2024, 1, 5)


def counted(folder, lines, cutoffs, **settings):
    """Return features and order days of customer 1 at each cutoff; None where there is no row."""
    with opened(folder, {"transactions": lines}, **settings) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = feature_panel(activity, cutoffs, Setting(30)).to_pandas()
        days = history(activity.order_days, "ordered_at", cutoffs).to_pandas()
        actual = labels(
            activity.orders, cutoffs[:1], horizon_days=20, observed_until=dt.date(2030, 1, 1)
        ).to_pandas()
    rows = {day: panel[pd.to_datetime(panel["as_of"]).dt.date == day] for day in cutoffs}
    return {day: row.iloc[0] if len(row) else None for day, row in rows.items()}, days, actual


def test_an_order_returned_whole_is_one_until_its_return_and_none_after(tmp_path):
    lines = orders(
        (1, "o1", "2024-01-05", 10.0),
        (1, "o2", "2024-01-15", 20.0),
        (1, "o3", "2024-01-25", 30.0),
        (1, "o2", "2024-02-10", -20.0),
        columns=COLUMNS,
    )
    before, after = dt.date(2024, 2, 10), dt.date(2024, 2, 11)
    rows, days, _ = counted(tmp_path, lines, [before, after])
    assert (rows[before]["orders"], rows[after]["orders"]) == (3, 2)
    assert (rows[before]["gap_max_days"], rows[after]["gap_max_days"]) == (10, 20)
    assert (rows[before]["max_order_value"], rows[after]["revenue"]) == (30.0, 40.0)
    assert (rows[before]["kept_share"], rows[after]["kept_share"]) == (1.0, 1.0)
    spent = {day: days[pd.to_datetime(days["as_of"]).dt.date == day] for day in (before, after)}
    assert sorted(spent[before]["spent"]) == [10.0, 20.0, 30.0]
    assert sorted(spent[after]["spent"]) == [10.0, 30.0]


def test_whose_only_order_is_returned_whole_is_no_customer_from_then_on(tmp_path):
    lines = orders((1, "o1", "2024-01-05", 10.0), (1, "o1", "2024-01-20", -10.0), columns=COLUMNS)
    between, after = dt.date(2024, 1, 20), dt.date(2024, 1, 21)
    rows, _, _ = counted(tmp_path, lines, [between, after])
    assert (rows[between]["orders"], rows[after]) == (1, None)


@pytest.mark.parametrize(("back", "ordered"), [("2024-01-20", False), ("2024-01-22", True)])
def test_an_order_returned_whole_within_the_window_is_no_order_in_it(tmp_path, back, ordered):
    lines = orders((1, "o1", "2024-01-05", 10.0), (1, "o1", back, -10.0), columns=COLUMNS)
    _, _, actual = counted(tmp_path, lines, [dt.date(2024, 1, 1)])  # 20 days: to 21 January
    assert actual["ordered"].tolist() == [True] * ordered


def test_an_exchanged_order_is_one_again_from_the_day_it_comes_to_more_than_nothing(tmp_path):
    lines = orders(
        (1, "o1", "2024-01-05", 10.0),
        (1, "o1", "2024-01-10", -10.0),
        (1, "o1", "2024-01-12", 12.0),
        columns=COLUMNS,
    )
    cutoffs = [dt.date(2024, 1, day) for day in (10, 12, 13)]
    rows, _, _ = counted(tmp_path, lines, cutoffs)
    first, gone, last = (rows[day] for day in cutoffs)
    assert (first["orders"], gone, last["orders"]) == (1, None, 1)
    assert (last["recency_days"], last["max_order_value"], last["revenue"]) == (1, 12.0, 12.0)


def test_an_order_over_midnight_is_one_order_in_the_largest_value_and_the_kept_share(tmp_path):
    lines = orders(
        (1, "o1", "2024-01-05 23:59", 10.0),
        (1, "o1", "2024-01-06 00:01", 5.0),
        (1, "o2", "2024-01-08", 12.0),
        (1, "o2", "2024-01-20", -3.0),
        columns=COLUMNS,
    )
    cutoffs = [dt.date(2024, 1, day) for day in (6, 7, 21)]
    rows, _, _ = counted(tmp_path, lines, cutoffs)
    assert [rows[day]["max_order_value"] for day in cutoffs] == [10.0, 15.0, 15.0]
    assert [rows[day]["orders"] for day in cutoffs] == [1, 1, 2]
    assert [rows[day]["kept_share"] for day in cutoffs] == [1.0, 1.0, 24 / 27]
    assert rows[cutoffs[2]]["btyd_monetary_value"] == 12.0
    assert [rows[day]["last_order_value"] for day in cutoffs] == [10.0, 15.0, 12.0]


def test_days_of_a_customer_without_returns_are_the_same_beside_one_with_them(tmp_path):
    lines = orders((2, "a", "2024-01-05", 1.0), (2, "b", "2024-01-09", 1.0), columns=COLUMNS)
    other = orders((1, "o", "2024-01-06", 3.0), (1, "o", "2024-01-07", -3.0), columns=COLUMNS)
    alone = journal_of(tmp_path / "alone", lines)[1]
    beside = journal_of(tmp_path / "beside", pd.concat([lines, other]))[1]
    shown = beside[beside["customer_id"] == 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(shown[alone.columns], alone, check_dtype=False)


@pytest.mark.parametrize("price", [0.00001, 0.000049, 0.0169, 0.012345678])
def test_tiny_amounts_keep_their_sum_and_are_orders(tmp_path, price):
    lines = orders(
        *[(1, f"o{n}", f"2024-01-{n:02d}", price * n) for n in range(1, 9)], columns=COLUMNS
    )
    day = dt.date(2024, 2, 1)
    rows, _, _ = counted(tmp_path, lines, [day])
    assert rows[day]["orders"] == 8
    assert rows[day]["revenue"] == pytest.approx(36 * price, rel=1e-4)
    assert rows[day]["max_order_value"] == pytest.approx(8 * price, rel=1e-4)
    assert rows[day]["revenue_decayed_30d"] > 0
