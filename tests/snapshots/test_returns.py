import datetime as dt

from bases import opened, orders
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.returns import first_returns

CUTOFF = dt.date(2024, 3, 1)
UNTIL = dt.date(2024, 6, 1)
COLUMNS = "customer_id order_id ordered_at amount"


def returned(folder, *lines, cutoffs=(CUTOFF,), until=UNTIL):
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
