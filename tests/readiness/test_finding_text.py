import datetime as dt
from dataclasses import replace

import pytest

from ready import READY, but
from tiercast.config.errors import InputError
from tiercast.readiness.finding_text import (
    described,
    readiness_table,
    refuse_unless_ready,
    remedies,
    short_lines,
    verdict,
)
from tiercast.readiness.gaps import Gap
from tiercast.readiness.judgement import ReadinessFinding, judge

POINTS = judge(but(span={"wanted_cutoffs": 9}, orders={"returning": 450}))
LATE = {
    "span": {"observed_until": dt.date(2024, 6, 20)},
    "silence": {"last_day": dt.date(2024, 6, 19), "days": 12},
}
REFUSED = judge(but(**LATE, gaps={"put_aside": Gap("`events`", 0.6)}))


def test_a_finding_is_shown_in_its_unit():
    cells = {row[0]: row[1:4] for row in readiness_table(judge(READY)).rows}
    assert cells["history"] == ("912 days", "at least 730 days", "ok")
    assert cells["rows"] == ("60,000", "at least 200", "ok")
    assert cells["largest_order"] == ("1.0%", "at most 10.0%", "ok")
    assert cells["pace"] == ("0.90", "at least 0.50", "ok")
    assert cells["mean_order"] == ("40.00", "at least 0.01", "ok")


def test_the_verdict_names_what_to_look_at():
    assert verdict(judge(READY)) == "Ready to train as of 2024-07-01."
    assert verdict(POINTS) == "Ready to train as of 2024-07-01; look at cutoffs, returning."
    assert verdict(REFUSED) == "Not ready to train as of 2024-07-01: fresh, put_aside."


def test_each_open_point_is_a_line_with_rule_value_and_remedy():
    assert remedies(judge(READY)) == []
    first, second = remedies(POINTS)
    assert first == (
        "warning: cutoffs (past days to train on) should be at least 9, but is 8; load older "
        "orders, or set fewer `train.snapshots`."
    )
    assert second.startswith("recommendation: returning (")


def test_training_shows_a_short_line_for_each_open_point():
    assert short_lines(judge(READY)) == ["Ready to train as of 2024-07-01."]
    assert short_lines(POINTS) == [
        "Ready to train as of 2024-07-01; look at cutoffs, returning.",
        "  warning: cutoffs is 8, at least 9 required",
        "  recommendation: returning is 5.0%, at least 10.0% required",
        "  What to do: tiercast check CONFIG",
    ]


def test_a_refusal_names_every_failed_rule_with_its_remedy():
    with pytest.raises(InputError) as caught:
        refuse_unless_ready(REFUSED)
    head, fresh, put_aside, _ = str(caught.value).splitlines()
    assert head == "The data are not ready for a training as of 2024-07-01:"
    assert fresh == (
        "  fresh (days without an order before as_of, in usual gaps between order days) must be "
        "at most 3.0 usual gaps, but is 12.0 usual gaps; the last order is of 2024-06-19, 12 days "
        "before as_of; a usual gap has 1 days: load the newer orders, or use an as_of up to "
        "2024-06-20; otherwise those days count as days without orders."
    )
    assert "must be at most 50.0%, but is 60.0%; fix `events`" in put_aside


@pytest.mark.parametrize(
    ("facts", "helps"),
    [
        ({"gaps": {"put_aside": Gap("`transactions`", 0.6)}}, True),
        (LATE, True),
        ({"outcomes": {"tiers": 2}}, False),
        ({"span": {"first_day": dt.date(2024, 3, 1)}}, False),
        ({**LATE, "outcomes": {"tiers": 2}}, False),
        ({"orders": {"customers": 0, "returning": 0}}, False),
    ],
)
def test_force_is_named_only_where_it_can_help(facts, helps):
    with pytest.raises(InputError) as caught:
        refuse_unless_ready(judge(but(**facts)))
    forced = "`tiercast train CONFIG --force` trains all the same."
    assert str(caught.value).endswith(forced) == helps


@pytest.mark.parametrize("buyers", [0, 8_000])
def test_a_base_that_nobody_or_everybody_leaves_is_not_refused(buyers):
    certain = {"buyers": buyers, "rarer_rows": 0, "ordered_rows": 60_000 * (buyers > 0)}
    refuse_unless_ready(judge(but(outcomes=certain)))


def test_recommendations_and_warnings_refuse_nothing():
    refuse_unless_ready(POINTS)


def shown(finding):
    return described(finding)["measured"], described(finding)["required"]


def test_value_and_limit_that_round_to_the_same_get_more_decimals():
    finding = ReadinessFinding(
        "put_aside", "rows quarantined", "share", 0.0504, "at most", 0.05, "warning", "fix it"
    )
    assert shown(finding) == ("5.04%", "at most 5%")
    equal = replace(finding, value=0.05)
    assert shown(equal) == ("5.0%", "at most 5.0%")
