from tiercast.reporting.messages import load_messages
from tiercast.reporting.new_returning import by_month, new_returning_section, repeat_rates
from tiercast.reporting.small_cells import without_small_cells


def test_a_customer_is_new_in_the_month_of_the_first_order_alone(with_orders):
    table = by_month(with_orders().past)
    assert table[["new", "returning"]].to_numpy().tolist() == [[2, 0], [1, 1], [1, 1], [1, 2]]
    assert table["value_new"].tolist() == [140, 20, 10, 60]
    assert table["value_returning"].tolist() == [0, 50, 60, 35]


def test_a_month_without_orders_is_a_month_of_zeros(with_orders, order_lines_of):
    rows = [("ann", "2023-12-05", 9.0, "tea", "web"), ("ann", "2024-02-05", 7.0, "tea", "web")]
    table = by_month(with_orders(order_lines_of(rows)).past)
    assert table["new"].tolist() == [1, 0, 0]
    assert table["value_returning"].tolist() == [0, 0, 7]


def test_the_repeat_rate_is_of_those_who_ordered_in_365_days(with_orders):
    table = repeat_rates(with_orders().past)
    assert table.to_dict("index") == {0: {"customers": 5, "repeated": 3}}


def test_a_year_is_365_days_and_the_one_before_is_told_where_orders_reach_back(
    with_orders, order_lines_of
):
    """As of 2024-03-01, the 365th day before is 2023-03-02 and the 730th 2022-03-02."""
    days = ("2023-03-02", "2023-03-01", "2022-03-02")
    rows = [("ann", day, 9.0, "tea", "web") for day in days]
    table = repeat_rates(with_orders(order_lines_of(rows)).past)
    assert table.to_numpy().tolist() == [[1, 0], [1, 1]]
    late = [("ann", day, 9.0, "tea", "web") for day in (*days[:2], "2022-03-03")]
    assert repeat_rates(with_orders(order_lines_of(late)).past).index.tolist() == [0]


def test_a_month_with_few_new_customers_tells_neither_them_nor_the_rest_apart(with_orders):
    section = new_returning_section(with_orders(), load_messages("en", small_cells=2))
    charts = [part for part in section.parts if part.kind == "chart"]
    assert [chart.title for chart in charts] == [
        "Customers brought 95.0 in Feb 2024; fewer than 2 of them were new",
        "3 customers ordered in Feb 2024; fewer than 2 of them were new",
    ]
    (shown,) = without_small_cells([section], 2)
    new, returning = shown.parts[2].figure["data"]
    assert (new["y"][-1], returning["y"][-1]) == (None, 2)


def test_the_chapter_tells_the_returning_share_and_the_repeat_rate(with_orders):
    section = new_returning_section(with_orders(), load_messages("en"))
    assert section.headline == (
        "39% of the revenue of the last 4 whole months came from returning customers. Repeat "
        "rate: 60% of those who ordered in the last 365 days did so at least twice."
    )
    titles = [part.title for part in section.parts if part.kind == "chart"]
    assert titles == [
        "35.0 of the 95.0 in Feb 2024 came from returning customers (37%)",
        "2 of the 3 customers who ordered in Feb 2024 had ordered before (67%)",
    ]


def test_what_too_few_customers_leave_unknown_is_no_subject_of_a_sentence(with_orders):
    """Five customers ordered in the last 365 days: fewer than the six that may be shown."""
    texts = {}
    for language in ("en", "zh"):
        say = load_messages(language, small_cells=6)
        texts[language] = new_returning_section(with_orders(), say).headline
    assert texts["en"] == (
        "Too few customers to say which share of the revenue of the last 4 whole months came from "
        "returning customers."
    )
    assert "–" not in texts["zh"]
    assert texts["zh"].startswith("客户太少")
