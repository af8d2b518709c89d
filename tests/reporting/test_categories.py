import pytest

from tiercast.formats import Formats
from tiercast.reporting.categories import _cell, _share, categories_section, spend_by_tier
from tiercast.reporting.messages import load_messages


def test_small_shares_have_the_decimal_that_their_ratio_needs():
    """2.5% against 1.3% is twice as much; "3%" against "1%" would be three times."""
    cell, whole = _cell(0.025, 1.98, load_messages("en")), _share(0.0126, Formats())
    assert (cell.text, whole) == ("2.5% (×1.98)", "1.3%")


def test_shares_are_of_a_tiers_spend_and_lift_against_everyones(with_orders):
    """Top spent 280, 150 of it on tea; all spent 395, 250 on tea; returns are not taken off."""
    inputs = with_orders()
    found = spend_by_tier(inputs.past.spend, inputs.tier_names)
    assert found.share.index.tolist() == ["tea", "coffee", "cake"]
    assert found.share.columns.tolist() == ["top", "potential", "general"]
    assert found.share.loc["tea"].tolist() == pytest.approx([150 / 280, 20 / 35, 1.0])
    assert found.whole.tolist() == pytest.approx([250 / 395, 130 / 395, 15 / 395])
    assert found.lift["top"]["coffee"] == pytest.approx((130 / 280) / (130 / 395))


def test_products_stand_in_for_missing_categories(with_orders, order_lines_of):
    lines = order_lines_of().rename(columns={"category": "product_id"})
    section = categories_section(with_orders(lines), load_messages("en"))
    assert section.title == "Products by tier"


def test_orders_of_more_than_a_year_ago_do_not_count(with_orders, order_lines_of):
    rows = [("ann", "2023-03-02", 1.0, "tea", "web"), ("ann", "2023-03-03", 1.0, "cake", "web")]
    rows += [("ann", "2023-03-01", 5.0, "old", "web")]
    inputs = with_orders(order_lines_of(rows))
    assert set(spend_by_tier(inputs.past.spend, inputs.tier_names).share.index) == {"tea", "cake"}


def test_the_largest_are_shown_and_the_others_counted(with_orders, order_lines_of):
    rows = [("ann", "2024-02-02", float(n), f"k{n:02}", "web") for n in range(1, 16)]
    section = categories_section(with_orders(order_lines_of(rows)), load_messages("en"))
    (table,) = section.parts
    assert [row[0].text for row in table.rows][:2] == ["k15", "k14"]
    assert len(table.rows) == 12
    assert table.note.endswith("3 smaller ones are not shown.")


def test_the_chapter_tells_what_the_best_tier_buys_more_of(with_orders):
    section = categories_section(with_orders(), load_messages("en"))
    assert section.headline == (
        "Tier “Top” spends 46% of its money on coffee, all customers 33%: 1.4 times the share."
    )


def test_bases_without_categories_have_no_chapter(with_orders, order_lines_of):
    lines = order_lines_of().drop(columns="category")
    assert categories_section(with_orders(lines), load_messages("en")) is None
