import datetime as dt

import pytest

from bases import opened, orders
from tiercast.config.errors import InputError
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.labels import first_returns, labels

CUTOFF = dt.date(2024, 3, 1)
UNTIL = dt.date(2024, 4, 1)
COLUMNS = "customer_id order_id ordered_at amount"


def labelled(folder, *lines, cutoffs=(CUTOFF,), horizon=30):
    """Return (customer, value) of each customer with an order in the window."""
    frame = orders(*lines, columns=COLUMNS)
    with opened(folder, {"transactions": frame}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        made = labels(activity.orders, cutoffs, horizon_days=horizon, observed_until=UNTIL)
        table = made.order_by("as_of", "customer_id").to_pandas()
    assert table["ordered"].all()
    return list(zip(table["customer_id"], table["value"], strict=True))


def test_the_window_is_half_open(tmp_path):
    # [1 March 00:00, 31 March 00:00)
    found = labelled(
        tmp_path,
        (1, "a", "2024-02-29 23:59:59", 1.0),
        (2, "b", "2024-03-01 00:00:00", 2.0),
        (3, "c", "2024-03-30 23:59:59", 3.0),
        (4, "d", "2024-03-31 00:00:00", 4.0),
    )
    assert found == [(2, 2.0), (3, 3.0)]


def test_value_is_what_all_orders_of_the_window_bring(tmp_path):
    found = labelled(
        tmp_path,
        (1, "a", "2024-02-01", 99.0),
        (1, "b", "2024-03-01", 2.5),
        (1, "c", "2024-03-09", 0.25),
    )
    assert found == [(1, 2.75)]


def test_returns_lower_the_value_but_not_below_zero(tmp_path):
    found = labelled(
        tmp_path,
        (1, "a", "2024-02-01", 99.0),
        (1, "b", "2024-03-01", 5.0),
        (1, "c", "2024-03-09", -2.0),
        (2, "d", "2024-03-01", 5.0),
        (2, "e", "2024-03-09", -20.0),
    )
    assert found == [(1, 3.0), (2, 0.0)]


@pytest.mark.parametrize("amount", [0.0, -5.0])
def test_zero_orders_and_returns_alone_are_no_order(tmp_path, amount):
    lines = (1, "a", "2024-02-01", 9.0), (1, "b", "2024-03-05", amount)
    assert labelled(tmp_path, *lines) == []


def test_an_order_begun_before_the_cutoff_is_no_order_after_it(tmp_path):
    lines = (1, "a", "2024-02-29 23:59", 9.0), (1, "a", "2024-03-01 00:01", 4.0)
    assert labelled(tmp_path, *lines) == []


def test_its_later_lines_are_money_where_another_order_follows(tmp_path):
    found = labelled(
        tmp_path,
        (1, "a", "2024-02-29 23:59", 9.0),
        (1, "a", "2024-03-01 00:01", 4.0),
        (1, "b", "2024-03-02", 1.0),
    )
    assert found == [(1, 5.0)]


def test_every_cutoff_has_its_own_window(tmp_path):
    lines = (1, "a", "2024-02-10", 1.0), (1, "b", "2024-03-05", 2.0)
    cutoffs = [dt.date(2024, 2, 1), dt.date(2024, 2, 15), CUTOFF]
    assert labelled(tmp_path, *lines, cutoffs=cutoffs, horizon=30) == [
        (1, 1.0),
        (1, 2.0),
        (1, 2.0),
    ]


def test_a_window_that_is_not_wholly_observed_is_refused(tmp_path):
    line = (1, "a", "2024-03-05", 1.0)
    assert labelled(tmp_path, line, horizon=31) == [(1, 1.0)]
    with pytest.raises(InputError) as caught:
        labelled(tmp_path, line, horizon=32)
    assert str(caught.value) == (
        "The window of 32 days after 2024-03-01 ends 2024-04-02, but orders are known only before "
        "2024-04-01; use a cutoff up to 2024-02-29."
    )


def returned(folder, *lines, cutoffs=(CUTOFF,), until=dt.date(2024, 6, 1)):
    """Return (customer, days) of each customer who came back, by cutoff and customer."""
    with opened(folder, {"transactions": orders(*lines, columns=COLUMNS)}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        made = first_returns(activity.order_days, cutoffs, observed_until=until)
        table = made.order_by("as_of", "customer_id").to_pandas()
    return list(zip(table["customer_id"], table["returned_after_days"], strict=True))


def test_the_first_order_from_the_cutoff_on_counts_in_whole_days(tmp_path):
    found = returned(
        tmp_path,
        (1, "a", "2024-02-29 23:59:59", 1.0),
        (2, "b", "2024-03-01 00:00:00", 1.0),
        (3, "c", "2024-03-30 23:59:59", 1.0),  # within [1 March, 31 March): below 30
        (4, "d", "2024-03-31 00:00:00", 1.0),
        (4, "e", "2024-03-31 09:00:00", 1.0),
        (4, "f", "2024-05-01", 1.0),
    )
    assert found == [(2, 0), (3, 29), (4, 30)]


def test_orders_from_the_end_of_what_is_observed_on_do_not_exist(tmp_path):
    lines = (1, "a", "2024-05-31 23:59:59", 1.0), (2, "b", "2024-06-01", 1.0)
    assert returned(tmp_path, *lines) == [(1, 91)]


def test_each_cutoff_has_its_own_first_return(tmp_path):
    lines = (1, "a", "2024-02-10", 1.0), (1, "b", "2024-03-05", 1.0)
    cutoffs = [dt.date(2024, 2, 1), dt.date(2024, 2, 11), CUTOFF]
    assert returned(tmp_path, *lines, cutoffs=cutoffs) == [(1, 9), (1, 23), (1, 4)]


def test_returned_goods_and_late_lines_of_an_old_order_bring_nobody_back(tmp_path):
    found = returned(
        tmp_path,
        (1, "a", "2024-02-29", 9.0),
        (1, "a", "2024-03-02", 4.0),
        (1, "b", "2024-03-03", -2.0),
    )
    assert found == []
