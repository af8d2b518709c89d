import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.config.loading import parse_config
from tiercast.config.playbook import Play, default_plays
from tiercast.scoring.playbook import first_plays
from tiercast.scoring.reach import idle_plays, reaches

TIERS = ("top", "middle", "low")


def play(name, *when):
    names = ("column", "operator", "value")
    conditions = [dict(zip(names, condition, strict=True)) for condition in when]
    return Play.model_validate({"name": name, "action": "call", "when": conditions})


def problems(*plays):
    return [one.problem for one in reaches(plays, TIERS)]


LOW, HIGH = ("orders", "<", 5), ("orders", ">=", 5)
NEVER = "never applies: no customer can meet all"


@pytest.mark.parametrize("count", [3, 4, 6])
def test_each_play_of_the_package_has_customers_of_its_own(count):
    names = [f"tier_{number}" for number in range(count)]
    assert all(one.is_reached for one in reaches(default_plays(), names))


def test_a_play_whose_customers_belong_to_an_earlier_one_is_told():
    first, second, _ = reaches([play("a", LOW), play("b", ("orders", "<", 3)), play("c")], TIERS)
    assert first.problem is None
    assert (second.is_reached, second.earlier) == (False, ("a",))
    assert "`b` never applies: its customers belong to earlier plays (a)" in second.problem


@pytest.mark.parametrize(
    "when",
    [
        (("tier", "==", "low"), ("tier_rank", "==", 0)),  # one fact in two columns
        (("tiers_below", ">", 2),),
        (LOW, HIGH),
        (("churn_probability", ">", 1),),
        (("lifecycle_stage", "not_in", ["new", "active", "at_risk", "lost", "reactivated"]),),
    ],
)
def test_a_play_whose_conditions_exclude_each_other_is_told(when):
    assert NEVER in problems(play("a", *when), play("b"))[0]


def test_two_earlier_plays_may_take_all_together():
    stages = ("lifecycle_stage", "in", ["new", "active"]), ("lifecycle_stage", "==", "lost")
    more = ("lifecycle_stage", "in", ["at_risk", "reactivated"])
    found = problems(
        *(play(name, s) for name, s in zip("abc", (*stages, more), strict=True)), play("d")
    )
    assert found[:3] == [None, None, None]
    assert "(a, b, c)" in found[3]


def test_plays_over_a_column_with_gaps_leave_those_without_a_value():
    assert problems(play("low", LOW), play("high", HIGH), play("rest")) == [None] * 3


def test_plays_that_share_customers_are_named():
    found = reaches([play("a", LOW), play("b", HIGH), play("c", ("tier", "==", "top"))], TIERS)
    assert [one.earlier for one in found] == [(), (), ("a", "b")]


def test_the_packages_plays_raise_no_note_and_own_ones_do(tmp_path, run_config):
    file = tmp_path / "plays.yaml"
    file.write_text("- {name: a, action: x}\n- {name: b, action: y}\n", "utf-8")
    assert idle_plays(run_config(), TIERS, []) == ()
    (note,) = idle_plays(run_config(playbook=str(file)), TIERS, [])
    assert "`b` never applies" in note


def test_a_play_that_waits_for_an_unknown_segment_is_told(tmp_path, run_config):
    file = tmp_path / "plays.yaml"
    file.write_text(
        "- {name: a, action: x, when: [{column: segment, operator: '==', value: loyal}]}\n"
        "- {name: b, action: y}\n",
        "utf-8",
    )
    (note,) = idle_plays(run_config(playbook=str(file)), TIERS, ["frequent", "lapsed"])
    assert "waits for the segment `loyal`, but the model's segments are frequent, lapsed" in note


@pytest.fixture
def run_config():
    base = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}
    return lambda **settings: parse_config(base | settings, origin="shop.yaml")


CONDITIONS = st.one_of(
    st.tuples(st.just("tier_rank"), st.sampled_from(["<", "==", ">="]), st.integers(0, 2)),
    st.tuples(st.just("tier"), st.sampled_from(["==", "!="]), st.sampled_from(TIERS)),
    st.tuples(st.just("orders"), st.sampled_from(["<", "<=", "==", "!=", ">"]), st.integers(1, 3)),
    st.tuples(st.just("region"), st.sampled_from(["==", "!="]), st.sampled_from(["n", "s"])),
)
BOOKS = st.lists(st.lists(CONDITIONS, max_size=3), min_size=1, max_size=6)


@given(BOOKS)
def test_a_play_is_reached_if_and_only_if_some_customer_gets_it(book):
    plays = [*(play(f"p{n}", *when) for n, when in enumerate(book)), play("rest")]
    numbers = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, np.nan]
    ranks, words = range(len(TIERS)), ["n", "s", "w", None]
    every = pd.DataFrame(
        list(itertools.product(ranks, numbers, words)), columns=["tier_rank", "orders", "region"]
    )
    every["tier"] = [TIERS[rank] for rank in every["tier_rank"]]
    found = set(first_plays(every, plays).tolist())
    assert [one.is_reached for one in reaches(plays, TIERS)] == [
        number in found for number in range(len(plays))
    ]
