"""What holds for every rule about readiness: adding one puts it under these tests."""

import re
from dataclasses import replace

import pytest

from ready import READY
from tiercast.config.message import filled
from tiercast.readiness.finding_text import COLUMNS, FORMATS, described, sentence
from tiercast.readiness.judgement import judge_by
from tiercast.readiness.rule import STATES, ReadinessRule
from tiercast.readiness.rules import RULES

LEAST_STEP = 1e-6
PLACEHOLDER = re.compile(r"\{[\w.]+(:\S+)?\}")
NEEDS = [(rule, need) for rule in RULES for need in rule.needs]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
each_need = pytest.mark.parametrize(
    ("rule", "need"), NEEDS, ids=[f"{rule.name}-{need.state}" for rule, need in NEEDS]
)


def finding(rule: ReadinessRule, value: float):
    """Return what the rule finds where it measures that value."""
    found = judge_by(replace(rule, measure=lambda _: value), READY)
    assert found is not None
    return found


def worse(rule: ReadinessRule, value: float) -> float:
    return value - LEAST_STEP if rule.wanted == "at least" else value + LEAST_STEP


def test_names_are_distinct_and_made_for_keys():
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names) > 10
    assert all(name.isidentifier() and name == name.lower() for name in names)


@each_rule
def test_a_rule_says_in_a_line_what_it_measures(rule):
    assert rule.meaning
    assert "\n" not in rule.meaning
    assert not rule.meaning.endswith(".")
    assert rule.unit in FORMATS


@each_rule
def test_a_base_that_has_all_it_needs_is_ok(rule):
    found = judge_by(rule, READY)
    assert (found.state, found.remedy) == ("ok", "")


@each_rule
def test_graver_states_come_first_and_begin_further_out(rule):
    grades = [STATES.index(need.state) for need in rule.needs]
    assert grades == sorted(set(grades), reverse=True)
    assert "ok" not in {need.state for need in rule.needs}
    limits = [need.limit(READY) for need in rule.needs]
    assert limits == sorted(limits, reverse=rule.wanted == "at most")
    assert len(set(limits)) == len(limits)


@each_need
def test_what_just_meets_a_need_is_in_no_such_state(rule, need):
    assert finding(rule, need.limit(READY)).state != need.state


@each_need
def test_what_just_misses_a_need_is_reported_with_limit_and_remedy(rule, need):
    limit = need.limit(READY)
    found = finding(rule, worse(rule, limit))
    assert (found.state, found.limit) == (need.state, limit)
    assert found.remedy
    assert not found.remedy.endswith(".")
    assert not PLACEHOLDER.search(found.remedy)  # every fact it names is there
    assert found.remedy in sentence(found)


@each_need
def test_every_state_fills_its_row_of_the_table(rule, need):
    shown = described(finding(rule, worse(rule, need.limit(READY))))
    assert all(filled(form, shown) for form in COLUMNS.values())
    assert shown["state"] == need.state
