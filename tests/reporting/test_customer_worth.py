import numpy as np

from tiercast.reporting.messages import load_messages
from tiercast.reporting.worth_charts import by_channel, by_first_month, worth_section


def test_november_is_over_after_90_days_and_december_is_empty(with_orders):
    """Ann spent 100 + 50 in 90 days and bob 40 + 60; expected are 400 and 300."""
    among, table = by_first_month(with_orders().past)
    assert [one.ends.isoformat() for one in among][:2] == ["2023-12-01", "2024-01-01"]
    assert table["customers"].tolist() == [2, 1, 1, 1]
    np.testing.assert_array_equal(table["value_90"], [125, np.nan, np.nan, np.nan])
    assert table["value_365"].isna().all()
    assert table["expected_value"].tolist() == [350, 100, 90, 60]


def test_the_first_90_days_begin_with_the_first_order(with_orders, order_lines_of):
    """From 1 November, 29 January is the 90th day; bob's from 1 October is 29 December."""
    rows = [("ann", day, 2.0, "tea", "web") for day in ("2023-11-01", "2024-01-29")]
    rows += [("bob", day, 1.0, "tea", "web") for day in ("2023-10-01", "2023-12-30")]
    _, table = by_first_month(with_orders(order_lines_of(rows)).past)
    assert table["value_90"].tolist() == [1.0, 4.0]


def test_a_channel_counts_the_customers_whose_days_are_over(with_orders):
    """Of the web's three, ann (150) and cat (20) came 90 days ago; eve has no channel."""
    table = by_channel(with_orders().past)
    assert table["channel"].fillna("none").tolist() == ["web", "shop", "none"]
    assert table["customers"].tolist() == [3, 1, 1]
    np.testing.assert_array_equal(table["value_90"], [85, 100, np.nan])
    np.testing.assert_allclose(table["expected_value"], [590 / 3, 300, 60])


def test_bases_without_a_channel_have_no_table_of_channels(with_orders, order_lines_of):
    section = worth_section(
        with_orders(order_lines_of().drop(columns="channel")), load_messages("en")
    )
    assert [part.title for part in section.parts if part.kind == "table"] == ["By first order"]


def test_the_chapter_leaves_out_unfinished_windows_and_leaves_unfinished_cells_empty(with_orders):
    section = worth_section(with_orders(), load_messages("en"))
    assert section.headline == "A new customer has brought 125 on average in the first 90 days."
    table = next(part for part in section.parts if part.title == "By first order")
    assert list(table.columns)[2:] == ["First 90 days", "Expected revenue, next 90 days"]
    assert [cell.text for cell in table.rows[1]] == ["Dec 2023", "1", "", "100"]


def test_no_finished_window_leaves_the_chapter_out(with_orders, order_lines_of):
    rows = [("ann", "2024-02-05", 9.0, "tea", "web")]
    assert worth_section(with_orders(order_lines_of(rows)), load_messages("en")) is None
