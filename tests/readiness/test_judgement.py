from dataclasses import replace

from ready import AS_OF, READY, but
from tiercast.readiness.judgement import Readiness, judge, judge_by
from tiercast.readiness.rule import ReadinessRule, warning
from tiercast.readiness.rules import RULES


def test_a_base_that_has_all_it_needs_is_ready():
    readiness = judge(READY)
    assert (readiness.as_of, readiness.state) == (AS_OF, "ok")
    assert len(readiness.findings) == len(RULES)
    assert readiness.open_points == readiness.errors == ()


def test_a_finding_holds_what_was_measured_against_which_limit():
    rule = ReadinessRule(
        "rows", "all rows", "rows", "at least", lambda _: 7, (warning(9, "load {span.as_of}"),)
    )
    found = judge_by(rule, READY)
    assert (found.value, found.wanted, found.limit) == (7.0, "at least", 9.0)
    assert (found.state, found.remedy) == ("warning", "load 2024-07-01")


def test_an_ok_finding_shows_the_strictest_limit():
    history = next(rule for rule in RULES if rule.name == "history")
    assert judge_by(history, READY).limit == 730


def test_a_rule_that_cannot_be_told_has_no_finding():
    assert judge_by(replace(RULES[0], measure=lambda _: None), READY) is None


def test_the_gravest_state_counts_and_comes_first():
    readiness = judge(but(orders={"largest_share": 0.2, "customers": 0}, outcomes={"buyers": 30}))
    grades = [found.state for found in readiness.open_points]
    assert readiness.state == "error"
    assert grades == ["error", "warning", "recommendation"]
    assert [found.rule for found in readiness.errors] == ["customers"]


def test_nothing_judged_is_ok():
    assert Readiness(AS_OF, ()).state == "ok"
