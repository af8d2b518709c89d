import numpy as np
import pytest

from tiercast.reporting.model_quality import quality_section
from tiercast.reporting.section import Cards, Chart


def test_the_headline_says_how_many_of_a_hundred_left(run, inputs, say):
    # Nearest to 30 % lie the first bins: all of 20 %, none of the two customers left.
    assert quality_section(inputs, say).headline.startswith(
        "Of 100 customers given a 20% risk, 0 left."
    )


def test_cards_grade_what_came_of_the_forecasts(inputs, say):
    section = quality_section(inputs, say)
    cards = next(part for part in section.parts if isinstance(part, Cards)).cards
    assert [(card.value, card.grade) for card in cards] == [
        ("-8%", "good"),  # 955 forecast, 1,039 came
        ("38%", "good"),
        ("75%", "weak"),  # of the 90 % promised
        ("90%", "good"),
        ("+50%", "weak"),  # six potential told, four found; the others are nearer
    ]
    assert cards[-1].label == "off in the size of tier “Potential”"


def test_the_headline_weighs_risks_totals_ranges_and_sizes(inputs, say):
    section = quality_section(inputs, say)
    assert section.headline.endswith(
        "On past days totals, tiers named held; risks, ranges of values, tier sizes did not hold."
    )
    assert section.grade == "weak"


def test_a_model_without_an_evaluation_is_said_to_have_none(empty_run, reading, say):
    empty_run.write_all()
    section = quality_section(reading(empty_run), say)
    assert "no stored evaluation of model version 3" in section.headline
    assert section.grade is None
    assert not any(isinstance(part, Chart) for part in section.parts)


def test_an_evaluation_without_rows_counts_as_none(empty_run, past, reading, say):
    empty_run.write_all()
    empty_run.write_evaluation(past.head(0))
    assert "no stored evaluation" in quality_section(reading(empty_run), say).headline


@pytest.mark.parametrize(("shift", "grade"), [(0.0, "good"), (0.05, "fair"), (0.2, "weak")])
def test_the_verdict_follows_how_far_risks_are_off(empty_run, past, reading, say, shift, grade):
    # All else is as it was told, so that the risks alone are weighed.
    left = np.repeat([0.0, 1.0], 10).astype(bool)
    true = {"value_high": 100.0, "expected_value": past["value"], "tier": past["true_tier"]}
    stated = np.where(left, 1.0 - shift, shift)
    empty_run.write_all()
    empty_run.write_evaluation(past.assign(churn_probability=stated, ordered=~left, **true))
    section = quality_section(reading(empty_run), say)
    assert section.grade == grade
    assert section.headline.endswith("ranges and tier sizes held.") == (grade == "good")
