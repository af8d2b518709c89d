from tiercast.reporting.lifecycle import STAGES, lifecycle_section, stage_table
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
