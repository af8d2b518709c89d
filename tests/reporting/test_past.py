"""The orders before a day, and nothing of what came at or after it."""

import pandas as pd
import pytest

from recorded_progress import RecordedProgress
from tiercast.reporting.categories import spend_by_tier
from tiercast.reporting.cohorts import ages_of
from tiercast.reporting.customer_worth import by_channel, by_first_month, starts_of
from tiercast.reporting.new_returning import by_month, repeat_rates
from tiercast.reporting.put_aside import put_aside
from tiercast.reporting.report import build_report, render

FUTURE = (
    ("ann", "2024-03-01 00:00", 999.0, "cake", "phone"),
    ("eve", "2024-03-05", -80.0, "tea", "phone"),
    ("new", "2024-04-01", 50.0, "cake", "phone"),
    (None, "2024-03-01", 70.0, "cake", "phone"),
)


@pytest.fixture(scope="module")
def planted(with_orders, order_lines_of):
    lines = pd.concat([order_lines_of(), order_lines_of(FUTURE)], ignore_index=True)
    return with_orders(lines)


def aggregates(inputs):
    known = inputs.known
    starts = starts_of(inputs, known)
    return {
        "ages": ages_of(known),
        "months": by_month(known),
        "repeat": repeat_rates(known),
        "worth": by_first_month(starts, known)[1],
        "channels": by_channel(starts, known),
        "spend": spend_by_tier(inputs, known).share,
        "aside": put_aside(known).rules,
    }


def test_orders_at_or_after_the_day_change_nothing(with_orders, planted):
    before, after = aggregates(with_orders()), aggregates(planted)
    for name, table in before.items():
        pd.testing.assert_frame_equal(table, after[name], check_dtype=False)


def test_the_page_is_the_same_with_and_without_a_future(with_orders, planted):
    assert render(with_orders()) == render(planted)


def test_customers_who_only_returned_goods_have_no_first_order(with_orders, order_lines_of):
    lines = order_lines_of((("zoe", "2024-01-01", -5.0, "tea", None),))
    known = with_orders(pd.concat([order_lines_of(), lines])).known
    assert set(known.orders.customer_id.execute()) == {"ann", "bob", "cat", "dan", "eve"}


def test_orders_that_cannot_be_read_leave_a_report_that_says_so(run):
    progress = RecordedProgress()
    page = build_report(run.config, progress=progress).read_text(encoding="utf-8")
    (line,) = progress.lines
    assert line.startswith("The orders behind the scores could not be read again")
    assert "orders.parquet" in line
    assert "could not be read, so the chapters that look back on them are missing" in page
    assert "orders.parquet" in page
    assert 'id="cohorts"' not in page
