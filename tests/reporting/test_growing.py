import pytest

from tiercast.reporting.growing import growing_section
from tiercast.reporting.messages import LANGUAGES, load_messages


def test_the_headline_counts_who_is_expected_in_a_better_tier(inputs, say):
    """Cat .3, dan .1, eve .5 and fay .15 add up to 1.05 of four."""
    assert growing_section(inputs, say).headline == (
        "Of 4 customers between the best and the last tier, about 1 (26%) is expected to end up "
        "in a better one within 90 days."
    )


def test_the_chart_counts_those_with_a_good_chance_and_their_money(inputs, say):
    """Cat and eve have 30 % or more; 100 and 60 are expected of them."""
    chart = growing_section(inputs, say).parts[1]
    assert chart.title == (
        "2 customers have a chance of 30% or more and are expected to bring 160"
    )
    assert [(row[0].text, row[1].text) for row in chart.table.rows] == [
        ("10% to 20%", "2"),
        ("30% to 40%", "1"),
        ("50% or more", "1"),
    ]


def test_a_chance_that_nobody_has_is_no_count_of_0(empty_run, base, reading):
    unlikely = base[~base["customer_id"].isin(["cat", "eve"])]
    empty_run.write_all(unlikely.reset_index(drop=True))
    chart = growing_section(reading(empty_run), load_messages("en")).parts[1]
    assert chart.title == "No customer has a chance of 30% or more of a better tier"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_anybody_between_the_tiers_there_is_no_chapter(empty_run, base, reading, language):
    empty_run.write_all(base[base["tier"].isin(["top", "dormant"])].reset_index(drop=True))
    assert growing_section(reading(empty_run), load_messages(language)) is None
