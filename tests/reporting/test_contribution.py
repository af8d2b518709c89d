import pytest

from tiercast.features.signals import BREAKDOWN
from tiercast.modeling.target import Target
from tiercast.reporting.contribution import (
    assumption,
    assumption_notes,
    by_tier,
    contribution_section,
    parts_in_words,
)
from tiercast.reporting.messages import load_messages
from tiercast.reporting.report import render

PARTS = [feature.name for feature in BREAKDOWN]
TERMS = {"value": "contribution", "return_cost": 4.5, "referral_share": 0.1}


@pytest.fixture
def contributing(empty_run, reading, base, base_scores):
    """Return the inputs of the eight customers, whose contribution is 900, 10 and 60 a head."""
    parts = dict(zip(PARTS, (900.0, 10.0, 60.0), strict=True))
    empty_run.write_scores(base_scores, **TERMS)
    empty_run.write_features(base[["customer_id", "orders", "revenue_365d"]].assign(**parts))
    return reading(empty_run)


def test_the_parts_are_added_up_by_tier(contributing):
    found = by_tier(contributing)
    assert found.loc["top", PARTS].tolist() == [1800, 20, 120]
    assert found["customers"].tolist() == [2, 2, 2, 2]


def test_the_report_says_the_terms_beside_the_figures(contributing):
    page = render(contributing)
    assert page.count("less 4.50 for each returned order, plus 10% of what those contribute") == 2
    assert "the margin of customers&#39; own orders was 7,200; returned orders cost 80" in page


@pytest.mark.parametrize(("value", "notes"), [("revenue", 0), ("margin", 1), ("contribution", 2)])
def test_who_costs_money_is_named_where_value_can_be_negative(value, notes, say):
    texts = [note.text for note in assumption_notes(Target(90, value), say)]
    assert len(texts) == notes
    assert sum("counts as 0" in text for text in texts) == min(notes, 1)


def test_revenue_has_no_such_chapter_and_assumes_nothing(inputs, say):
    assert contribution_section(inputs, say) is None
    assert assumption(inputs.target, say) == ""


def test_terms_that_are_not_set_are_named(say):
    told = assumption(Target(90, "contribution"), say)
    assert "nothing off for handling returns (`return_cost` is not set)" in told
    assert "nothing for customers brought (`referral_share` is not set)" in told


def test_the_parts_of_one_customer_are_a_sentence():
    facts = dict(zip(PARTS, (900.0, 10.0, 60.0), strict=True))
    told = parts_in_words(facts, load_messages("zh"))
    assert told == "毛利 900.00，退货成本 10.00，来自引荐客户 60.00"
    assert parts_in_words({}, load_messages("en")) == ""
