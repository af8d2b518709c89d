"""Two customers came in November, one each in December, January and February."""

import numpy as np
import pytest

from tiercast.reporting.cohort_charts import cohorts_section
from tiercast.reporting.cohorts import ages_of, heat_map, lines
from tiercast.reporting.messages import load_messages
from tiercast.reporting.small_cells import without_small_cells

NAN = float("nan")


@pytest.fixture
def found(with_orders):
    past = with_orders().past
    return heat_map(ages_of(past), past.unfinished)


def test_a_row_is_a_month_of_first_orders_and_a_cell_the_share_who_ordered(found):
    assert found.sizes.tolist() == [2, 1, 1, 1]
    expected = [[1, 0.5, 0.5, 0.5], [1, 0, 0, NAN], [1, 1, NAN, NAN], [1, NAN, NAN, NAN]]
    np.testing.assert_array_equal(found.ordered, expected)


def test_value_adds_up_per_customer_who_came_not_per_one_who_came_back(found):
    expected = [[70, 95, 125, 140], [20, 20, 20, NAN], [10, 15, NAN, NAN], [60, NAN, NAN, NAN]]
    np.testing.assert_allclose(found.value, expected)


def test_the_sentence_leaves_out_the_first_month_of_the_data(found):
    told = found.later()
    assert (told.ages, told.mean_ordered(1), told.mean_ordered(2)) == (2, 0.5, 0.0)


def test_a_month_that_the_day_lies_in_has_no_cell(with_orders, order_lines_of):
    rows = [("ann", "2024-01-05", 9.0, "tea", "web"), ("ann", "2024-02-05", 9.0, "tea", "web")]
    rows += [("bob", "2024-02-29", 9.0, "tea", "web")]
    inputs = with_orders(order_lines_of(rows))
    # As of 29 February, not all of February is past.
    table = ages_of(inputs.past).assign(unfinished=0)
    found = heat_map(table[table["first_month"] < inputs.past.unfinished - 1], 2024 * 12 + 1)
    assert found.ordered.tolist() == [[1.0]]


def test_older_months_are_joined_and_counted_from_their_own_first(with_orders, order_lines_of):
    months = [f"{year}-{month:02}" for year in (2021, 2022, 2023) for month in range(1, 13)]
    rows = [
        (f"c{n}", f"{later}-15", 10.0, "tea", "web")
        for n, month in enumerate(months)
        for later in months[n : n + 2]
    ]
    past = with_orders(order_lines_of(rows)).past
    found = heat_map(ages_of(past), past.unfinished)
    assert len(found.periods) <= 24
    assert found.sizes.sum() == 36
    first = found.ordered[0]
    assert first[:3].tolist() == [1.0, 1.0, 0.0]


def test_lines_are_of_periods_with_enough_customers(with_orders, order_lines_of):
    rows = [(f"c{n}", f"2023-{1 + n % 3:02}-15", 10.0, "tea", "web") for n in range(30)]
    rows += [("late", "2023-08-15", 10.0, "tea", "web")]
    past = with_orders(order_lines_of(rows)).past
    found = lines(ages_of(past), past.unfinished)
    assert found.sizes.tolist() == [30]


def test_the_chapter_tells_the_shares_and_draws_unfinished_cells_empty(with_orders):
    section = cohorts_section(with_orders(), load_messages("en"))
    assert "50% ordered again in the month after their first order" in section.headline
    (chart, _note) = section.parts
    (trace,) = chart.figure["data"]
    assert trace["z"] == [[0.5, 0.5, 0.5], [0.0, 0.0, None], [1.0, None, None], [None] * 3]
    december = [cell.text for cell in chart.table.rows[1]]
    assert december == ["Dec 2023", "1", "0%", "", "20.0", ""]


def test_months_to_come_of_a_small_cohort_stay_empty(with_orders):
    section = cohorts_section(with_orders(), load_messages("en"))
    (shown,) = without_small_cells([section], 2)
    texts = shown.parts[0].figure["data"][0]["text"]
    assert texts[1:] == [["<2", "<2", ""], ["<2", "", ""], ["", "", ""]]


def test_one_month_of_orders_has_no_chapter(with_orders, order_lines_of):
    rows = [("ann", "2024-02-05", 9.0, "tea", "web")]
    assert cohorts_section(with_orders(order_lines_of(rows)), load_messages("en")) is None


@pytest.mark.parametrize(
    ("least", "words"),
    [
        (2, "Of new customers, 50% ordered again in the month after their first order."),
        (9, "Fewer than 9 customers ordered first so long ago that the month after is over."),
    ],
)
def test_the_sentence_ends_where_too_few_customers_are_followed(with_orders, least, words):
    say = load_messages("en", small_cells=least)
    assert cohorts_section(with_orders(), say).headline == words
