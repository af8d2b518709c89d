import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tiercast.reporting.model_quality import quality_section
from tiercast.reporting.overview import overview_section
from tiercast.reporting.section import Cards, Chart, Note
from tiercast.reporting.stored_monitoring import StoredMonitoring
from tiercast.reporting.tiers import tiers_section
from tiercast.training.past_folds import ROLLING, SPLIT


def graded(days, told, sizes, **figures):
    """Grades of 90 days ahead: a total told where 100 came, sizes told where 100 were found."""
    whole = {"total": (told, 100.0), "interval": (0.9, 0.9), "tier_set": (0.9, 0.9), **figures}
    rows = [
        (dt.date.fromisoformat(day), by, group, metric, *pair)
        for day in days
        for by, group, metric, pair in (
            *(("all", "all", metric, pair) for metric, pair in whole.items()),
            *(("tier", tier, "tier_size", (size, 100.0)) for tier, size in sizes.items()),
        )
    ]
    columns = ["as_of", "by", "group", "metric", "predicted", "actual"]
    return StoredMonitoring(pd.DataFrame(rows, columns=columns), None)


@pytest.fixture
def perfect(empty_run, past, reading):
    """Inputs whose own evaluation kept every promise."""
    empty_run.write_all()
    left = np.repeat([0.0, 1.0], 10).astype(bool)
    true = {"value_high": 100.0, "expected_value": past["value"], "tier": past["true_tier"]}
    empty_run.write_evaluation(past.assign(churn_probability=left * 1.0, ordered=~left, **true))
    return reading(empty_run)


def test_the_headline_says_how_many_of_a_hundred_left(run, inputs, say):
    # Nearest to 30 % lie the first bins: all of 20 %, none of the two customers left.
    assert quality_section(inputs, say).headline.startswith(
        "Of 100 customers given a 20% risk, 0 left; over all risks,"
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
    assert cards[-1].label == "error of the size of tier “Potential”"


def test_the_headline_weighs_risks_totals_ranges_and_sizes(inputs, say):
    section = quality_section(inputs, say)
    assert section.headline.endswith(
        "On past days totals, tier sets were accurate; risks, ranges of values, tier sizes were "
        "not accurate."
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
    assert section.headline.endswith("ranges and tier sizes were accurate.") == (grade == "good")


def test_a_ranking_no_better_than_chance_is_named(empty_run, past, reading, say):
    # Twenty customers: those with the least expected bring all of the value.
    value = np.repeat([100.0, 0.0], 10)
    empty_run.write_all()
    empty_run.write_evaluation(past.assign(value=value, expected_value=100.0 - value))
    section = quality_section(reading(empty_run), say)
    assert section.headline.endswith(
        "The ranking was weak: the first 20% of customers by forecast brought 0%, by chance 20%, "
        "by perfect foresight 40%."
    )
    assert section.grade == "weak"


def test_chapters_agree_on_totals_and_sizes(perfect, say):
    # The evaluation kept every size; of the scores given, dormant was predicted 11 % too small.
    sizes = {"top": 100.0, "dormant": 89.0}
    given = replace(perfect, monitoring=graded(["2023-11-01"], 120.0, sizes))
    quality, tiers = quality_section(given, say), tiers_section(given, say)
    assert quality_section(perfect, say).headline.endswith("ranges and tier sizes were accurate.")
    assert (
        "“Dormant” was predicted 11% too small (89 predicted; 100 actual)" in tiers.parts[2].text
    )
    assert quality.headline.endswith(
        "On past days risks, ranges of values, tier sets were accurate; totals, tier sizes were "
        "roughly accurate."
    )
    assert "Past forecasts were 20% too high" in overview_section(given, say).headline
    cards = {card.label: card for card in quality.parts[1].cards}
    assert cards["error of total revenue"].value == "+20%"
    assert cards["error of the size of tier “Dormant”"].value == "-11%"
    basis = next(part for part in quality.parts if isinstance(part, Note)).text
    assert basis.endswith("graded scores and backtests (non-overlapping windows: 1).")


def test_totals_off_either_way_do_not_cancel_out(perfect, say):
    ups = graded(["2023-06-01"], 130.0, {})
    downs = graded(["2023-11-01"], 70.0, {})
    both = StoredMonitoring(pd.concat([ups.grades, downs.grades]), None)
    section = quality_section(replace(perfect, monitoring=both), say)
    total = section.parts[1].cards[0]
    assert (total.value, total.grade) == ("±30%", "weak")
    assert "totals were not accurate" in section.headline


def test_a_promise_that_scores_given_did_not_keep_is_not_said_to_hold(perfect, say):
    broken = graded(["2023-11-01"], 100.0, {}, interval=(0.9, 0.6), ece=(0.02, 0.07))
    headline = quality_section(replace(perfect, monitoring=broken), say).headline
    assert "ranges of values (graded scores) were not accurate" in headline
    assert "risks (graded scores) were roughly accurate" in headline  # .05 beyond chance


def test_cutoffs_that_overlap_are_said_to(empty_run, past, reading, say):
    empty_run.write_all()
    empty_run.write_evaluation(pd.concat([past, past.assign(as_of=dt.date(2023, 11, 1))]))
    section = quality_section(reading(empty_run), say)
    basis = next(part for part in section.parts if isinstance(part, Note)).text
    assert "at 2 earlier dates" in basis
    assert "The windows of these dates overlap" in basis
    assert "(without overlap: 1)" in basis


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (ROLLING, "older windows with known outcomes"),
        (SPLIT, "other customers of the same window"),
    ],
)
def test_the_basis_says_what_an_evaluation_knew(run, reading, say, kind, says):
    folder = run.output / "evaluation" / "model_version=3"
    (folder / "summary.json").write_text(json.dumps({"kind": kind}), encoding="utf-8")
    basis = quality_section(reading(run), say).parts[0].text
    assert f"after learning from {says}" in basis
