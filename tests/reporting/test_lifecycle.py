import pytest

from tiercast.reporting.lifecycle import STAGES, lifecycle_section, stage_table
from tiercast.reporting.messages import load_messages
from tiercast.reporting.section import Note
from tiercast.segments.lifecycle import LIFECYCLE_RULES


def test_every_stage_has_its_place():
    assert sorted(STAGES) == sorted(rule.stage for rule in LIFECYCLE_RULES)


def test_stages_follow_a_customers_life_and_absent_ones_are_zero(inputs):
    table = stage_table(inputs)
    assert table["customers"].to_dict() == {
        "new": 0,
        "active": 3,
        "reactivated": 1,
        "at_risk": 2,
        "lost": 2,
    }


def test_the_headline_says_what_the_overdue_brought(inputs, say):
    # bob and fay: 1,000 of 3,050.
    assert lifecycle_section(inputs, say).headline == (
        "25% of customers are overdue by their own rhythm; "
        "they brought 33% of the last 12 months' revenue."
    )


def test_one_note_explains_the_risk_of_all_stages_in_rhythm(empty_run, base, reading, say):
    empty_run.write_all(base.assign(churn_probability=0.9))
    (note,) = (
        one.text for one in lifecycle_section(reading(empty_run), say).parts if _is_note(one)
    )
    stages = "90% in stage “Active” and 90% in stage “Reactivated”"
    assert note.startswith(f"An average risk of {stages} is no contradiction:")


def _is_note(part):
    return isinstance(part, Note)


@pytest.mark.parametrize(
    ("overdue", "words"),
    [
        (0, "No customer is overdue by their own rhythm."),
        (2, "Fewer than 5 customers are overdue by their own rhythm."),
    ],
)
def test_the_headline_has_no_shares_of_nobody_or_of_few(empty_run, base, reading, overdue, words):
    stages = ["at_risk"] * overdue + ["active"] * (len(base) - overdue)
    empty_run.write_all(base.assign(lifecycle_stage=stages))
    say = load_messages("en", small_cells=5)
    assert lifecycle_section(reading(empty_run), say).headline == words
