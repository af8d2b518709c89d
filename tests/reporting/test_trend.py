from dataclasses import replace
from datetime import date

import pytest

from past_of import past_with
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.section import Chart, Table
from tiercast.reporting.trend import trend_section

# 100 and 110 in the last two months of two years, 10 in others; the running month has 7.
VALUES = {"2022-01": 200.0, "2022-12": 88.0, "2023-11": 100.0, "2023-12": 110.0, "2024-01": 7.0}
AS_OF = date(2024, 1, 10)


@pytest.fixture
def trend_of(empty_run, base, reading):
    def make(values=VALUES, language="en", first_day="2022-01-01"):
        empty_run.write_all(base, AS_OF)
        months = [f"{month}-01" for month in values]
        counts = {"orders": [3] * len(values), "customers": [2] * len(values)}
        cohorts = {"month": months, "first_month": months, "value": [*values.values()], **counts}
        past = past_with(AS_OF, first_day=first_day, cohorts=cohorts)
        return trend_section(replace(reading(empty_run), past=past), load_messages(language))

    return make


def test_the_newest_whole_month_is_compared_with_the_one_before_and_a_year_before(trend_of):
    """110 after 100 is +10 %, after 88 +25 %; January 2024 is not over."""
    (chart,) = trend_of().parts
    assert chart.title == ("Dec 2023 brought 110: +10% against Nov 2023, +25% against Dec 2022")


def test_a_year_is_compared_with_the_year_before(trend_of):
    """210 in 2023, 288 in 2022."""
    assert trend_of().headline == (
        "In the last 12 whole months, up to Dec 2023, customers brought 210 in revenue, "
        "-27% against the 12 months before."
    )


def test_months_without_an_order_are_bars_of_no_height(trend_of):
    (chart,) = trend_of().parts
    trace = chart.figure["data"][0]
    assert (trace["x"][0], trace["x"][-1], len(trace["x"])) == ("2022-01", "2023-12", 24)
    assert trace["y"][1] == 0


def test_a_month_in_which_orders_begin_late_is_left_out(trend_of):
    (chart,) = trend_of(first_day="2022-01-15").parts
    assert chart.figure["data"][0]["x"][0] == "2022-02"


def test_without_months_and_scored_days_there_is_no_trend(trend_of):
    assert trend_of({"2023-12": 5.0}, first_day="2023-12-01") is None


@pytest.fixture(params=LANGUAGES)
def days(request, empty_run, base, base_scores, reading):
    """Two scored days: 7 customers at a risk of 50 %, then 8 at 53 %."""
    first = {"customers": 7, "expected_value": 800.0, "expected_churned": 3.5}
    last = {"customers": 8, "expected_value": 1000.0, "expected_churned": 4.25}
    model = {"name": "tiny", "version": "2"}
    empty_run.write_scores(base_scores.head(7), date(2024, 2, 1), model=model, **first)
    empty_run.write_all(base, date(2024, 3, 1), **last)
    say = load_messages(request.param)
    return say, trend_section(reading(empty_run), say)


def test_scored_days_show_tiers_and_risk(days):
    _, section = days
    tiers, risk = (part for part in section.parts if isinstance(part, Chart))
    assert [list(trace["y"]) for trace in tiers.figure["data"]] == [[2, 2], [2, 2], [2, 2], [1, 2]]
    assert list(risk.figure["data"][0]["y"]) == [0.5, 0.5312]
    for text in ("50%", "53%"):
        assert text in risk.title


def test_scored_days_of_two_models_are_said_to_be_so(days):
    say, section = days
    (table,) = (part for part in section.parts if isinstance(part, Table))
    assert [[cell.text for cell in row][1:3] for row in table.rows] == [
        ["7", "800"],
        ["8", "1,000"],
    ]
    assert [row[-1].text for row in table.rows] == ["2", "3"]
    assert table.note == say("trend.several")
