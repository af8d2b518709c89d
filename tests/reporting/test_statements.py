"""Sentences that judge depend on the figures beside them; each has figures made by hand."""

from dataclasses import replace

import pandas as pd
import pytest

from tiercast.reporting.lifecycle import lifecycle_section
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.model_quality import quality_section
from tiercast.reporting.outlook import outlook_section
from tiercast.reporting.overview import overview_section
from tiercast.reporting.past_days import PastSizes, sizes_sentence
from tiercast.reporting.rfm_map import rfm_section
from tiercast.reporting.tiers import tiers_section
from tiercast.reporting.watchlists import leaver_list
from tiercast.segments.rfm_rules import RFM_RULES

# Words that say what a customer does now or will do: not to be said of past orders alone.
CLAIMS = {
    "en": ("still here", "about to", "will ", "slipping", "gone", "buy often"),
    "zh": ("仍然活跃", "即将", "正在流失", "开始减少"),
}


def notes(section):
    return [part.text for part in section.parts if part.kind == "note"]


def sizes(predicted, actual, days=3):
    frame = {"predicted": [50.0, predicted], "actual": [50.0, actual]}
    return PastSizes(pd.DataFrame(frame, index=["top", "dormant"]), days)


@pytest.fixture
def reading_of(empty_run, base, reading):
    """Return the inputs of customers of whom some things are different."""

    def read(manifest=None, **changes):
        empty_run.write_all(base.assign(**changes), **(manifest or {}))
        return reading(empty_run)

    return read


@pytest.mark.parametrize("language", LANGUAGES)
def test_rfm_groups_are_described_by_past_orders_alone(language):
    say = load_messages(language)
    for rule in RFM_RULES:
        meaning = say(f"rfm.meanings.{rule.segment}")
        assert not [claim for claim in CLAIMS[language] if claim in meaning]


def test_rfm_names_are_said_to_be_no_forecast(inputs, say):
    (table,) = (part for part in rfm_section(inputs, say).parts if part.kind == "table")
    assert "no forecast" in table.note
    assert "classic" in rfm_section(inputs, say).headline


def test_the_rfm_map_has_the_scores_that_the_model_gave(reading_of, say):
    (chart, *_) = rfm_section(reading_of({"rfm_bins": 7}), say).parts
    assert "from 1 to 7" in chart.reading


@pytest.mark.parametrize(("risk", "said"), [(0.94, True), (0.49, False)])
def test_a_high_risk_in_the_own_rhythm_is_explained(reading_of, say, risk, said):
    found = reading_of(lifecycle_stage="active", churn_probability=risk)
    (table,) = (p for p in lifecycle_section(found, say).parts if p.kind == "table")
    assert "ordering" not in " ".join(row[0].detail for row in table.rows)
    texts = notes(lifecycle_section(found, say))
    assert [f"average risk of {risk:.0%} in stage “Active” is" in text for text in texts] == (
        [True] if said else []
    )


@pytest.mark.parametrize(
    ("predicted", "actual", "contrary"),
    [
        (
            89.0,
            100.0,
            " In the training's own evaluation they did differ: “Dormant” was predicted"
            " 11% too small (89 predicted; 100 actual).",
        ),
        (95.0, 100.0, ""),
    ],
)
def test_right_tier_sizes_are_not_said_alone_where_the_evaluation_differs(
    say, predicted, actual, contrary
):
    assert sizes_sentence(sizes(100.0, 101.0), say, sizes(predicted, actual)) == (
        "On past days (non-overlapping windows: 3) the actual size of every tier was within 10% "
        f"of the forecast.{contrary}"
    )


def test_sizes_are_not_called_accurate_beside_a_table_that_shows_the_contrary(
    inputs, say, monkeypatch
):
    monkeypatch.setattr("tiercast.reporting.past_grades.past_sizes", lambda _: sizes(100.0, 101.0))
    for seen, verdict in (((60.0, 100.0), "not accurate"), ((100.0, 101.0), "were accurate")):
        monkeypatch.setattr(
            "tiercast.reporting.past_grades.evaluated_sizes", lambda _, seen=seen: sizes(*seen)
        )
        headline = quality_section(inputs, say).headline
        (part,) = (p for p in headline.replace(". ", "; ").split("; ") if "tier sizes" in p)
        assert verdict in part


def test_a_quoted_risk_stands_beside_the_error_of_all_risks(inputs, say):
    """Given 20 % twenty left, given 70 % seventy: no error at all."""
    headline = quality_section(inputs, say).headline
    assert "over all risks, predicted and actual differ by" in headline


@pytest.mark.parametrize(("risk", "text"), [(0.45, "45%"), (0.95, "95%")])
def test_the_last_tier_is_described_by_its_own_risk(reading_of, say, risk, text):
    found = reading_of(churn_probability=risk, tier="dormant")
    (note,) = [one for one in notes(tiers_section(found, say)) if "Dormant" in one]
    assert f"In “Dormant” the average risk of no order is {text}" in note


def test_nobody_about_to_leave_is_said_plainly(reading_of, say):
    found = outlook_section(reading_of(churn_probability=0.1), say)
    assert found.headline == (
        "No customer within reach is more likely than not to stay away in the next 90 days."
    )


def test_the_valuable_customers_are_the_share_that_is_shown(reading_of, say):
    """One of eight bought within the year: an eighth, not a fifth."""
    spent = [1000.0, *[0.0] * 7]
    _, chart, _ = outlook_section(reading_of(revenue_365d=spent), say).parts
    assert "the 12% of customers worth most" in chart.reading


def test_who_is_about_to_leave_is_one_group_with_one_sum_of_money(inputs, say):
    """First screen, chapter and list: bob, dan and fay, with 540 + 100 + 70 at stake."""
    (cards,) = (p for p in overview_section(inputs, say).parts if p.kind == "cards")
    chapter = outlook_section(inputs, say).headline
    people = leaver_list(inputs, say).people
    (card,) = [one for one in cards.cards if "at stake" in one.label]
    assert card.value == "710"
    assert card.detail.startswith("3 customers")
    assert chapter.startswith("3 customers")
    assert "710 of revenue is at stake" in chapter
    assert [one.highlight for one in people] == ["540", "100", "70.0"]


def test_horizon_and_value_are_those_of_the_scores(inputs):
    """The config asks for 28 days of margin by now."""
    from tiercast.reporting.report import render

    outlook = inputs.config.outlook.model_copy(update={"horizon_days": 28, "value": "margin"})
    page = render(replace(inputs, config=inputs.config.model_copy(update={"outlook": outlook})))
    assert page == render(inputs)
    assert "in the next 90 days" in page
    assert "28 days" not in page.partition("<script")[0].replace("last 28 days", "")
