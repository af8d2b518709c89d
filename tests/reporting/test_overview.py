import pytest

from tiercast.reporting.overview import BaseTotals, overview_section, totals


def test_totals_are_sums_over_the_base(inputs):
    # At risk: .1*1000 + .6*900 + .2*300 + .5*200 + .3*150 + .7*100 + .9*400.
    found = totals(inputs)
    assert found == BaseTotals(8, pytest.approx(3.75), 1000, 3050, pytest.approx(1275), 2)


def test_the_headline_says_what_to_expect(inputs, say):
    assert overview_section(inputs, say).headline == (
        "Of 8 customers, about 4 will order in the next 90 days and bring about 1,000 in revenue."
    )


def test_recency_bands_hold_every_customer_once(inputs, say):
    table = overview_section(inputs, say).parts[2].table
    counts = {row[0].text: row[1].text for row in table.rows}
    assert counts == {
        "0–7 days ago": "1",
        "8–30 days ago": "3",
        "31–90 days ago": "2",
        "181–365 days ago": "1",
        "over a year ago": "1",
    }


def test_loyal_buyers_are_the_fewest_who_brought_half_of_the_money(inputs, say):
    # 11-20 orders: ann and bob, 3,800 of 6,100.
    title = overview_section(inputs, say).parts[3].title
    assert title == (
        "Customers with 11 or more orders are 25% of the base and brought 62% of past revenue"
    )


@pytest.mark.parametrize(
    ("known", "words"),
    [(True, "same weeks were a year ago"), (False, "no comparable year before")],
)
def test_the_season_ahead_is_said_to_be_known_or_not(empty_run, reading, say, known, words):
    empty_run.write_all(season={"is_known": known})
    assert words in overview_section(reading(empty_run), say).parts[1].text


def test_the_expected_total_comes_with_its_interval(empty_run, reading, say):
    base = {"customers": 20, "expected_value": 1000.0, "value_low": 870.0, "value_high": 1150.0}
    empty_run.write_all(sums={"base": base, "tiers": {}, "segments": {}})
    cards = overview_section(reading(empty_run), say).parts[0].cards
    (card,) = [one for one in cards if one.label == "expected revenue"]
    assert card.detail.endswith("90% sure to be 870 to 1,150")


def test_the_headline_tells_the_interval_too(empty_run, reading, say):
    base = {"customers": 20, "expected_value": 1000.0, "value_low": 870.0, "value_high": 1150.0}
    empty_run.write_all(sums={"base": base, "tiers": {}, "segments": {}})
    headline = overview_section(reading(empty_run), say).headline
    assert headline.endswith("bring about 1,000 in revenue (90% sure: 870 to 1,150).")


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1.5, "were 38% too high"), (0.5, "were 54% too low"), (1.0, "")],
)
def test_the_headline_says_where_past_totals_ran_off(empty_run, past, reading, say, factor, words):
    # 955 forecast, 1,039 came: as it is 8 % low, which is within the limit.
    empty_run.write_all()
    empty_run.write_evaluation(past.assign(expected_value=past["expected_value"] * factor))
    headline = overview_section(reading(empty_run), say).headline
    ending = f" Past forecasts {words} on average (non-overlapping windows: 1)."
    assert headline.endswith(f"revenue.{ending if words else ''}")
