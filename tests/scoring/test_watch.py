import pytest

from bases import opened, orders
from tiercast.config.alerts import AlertRule, default_rules
from tiercast.config.errors import InputError
from tiercast.config.playbook import Play, default_plays
from tiercast.scoring.watch import watch
from tiercast.snapshots.activity import build_activity
from tiny_model import AS_OF, tiny_model

REFERRALS = orders((1, 2, "2024-05-01"), columns="customer_id referred_customer_id referred_at")
IDS = {"number": [7, 8], "text": ["c7", "c8"]}


def watched(folder, ids, column, value, as_play=None):
    """Return what a rule that compares a column asks for, over a base of two customers."""
    when = [{"column": column, "operator": "==", "value": value}]
    rule = AlertRule.model_validate({"name": "mine", "meaning": "is ours", "when": when})
    lines = orders(*[(who, day, 5.0) for who in ids for day in ("2024-05-01", "2024-06-01")])
    with opened(folder, {"transactions": lines}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        facts = tiny_model().facts
        plays = default_plays() if as_play is None else [as_play]
        return watch([rule], plays, facts.tier_names, facts.setting, activity, AS_OF)


@pytest.mark.parametrize(("kind", "value"), [("number", 7), ("text", "c7")])
def test_a_rule_may_name_a_customer_by_the_kind_of_id_that_the_base_has(tmp_path, kind, value):
    found = watched(tmp_path, IDS[kind], "customer_id", value)
    assert (found.features, found.with_signals) == ((), False)


@pytest.mark.parametrize(("kind", "value"), [("number", "c7"), ("text", 7)])
def test_an_id_of_the_other_kind_is_refused(tmp_path, kind, value):
    with pytest.raises(InputError, match=f"`customer_id` holds {kind}s, but is compared with"):
        watched(tmp_path, IDS[kind], "customer_id", value)


def test_features_and_signals_are_asked_for_only_where_a_rule_names_them(tmp_path):
    found = watched(tmp_path / "a", IDS["number"], "recency_days", 9)
    assert (found.features, found.with_signals) == (("recency_days",), False)
    found = watched(tmp_path / "b", IDS["number"], "largest_new_order_ratio", 9)
    assert (found.features, found.with_signals) == ((), True)


def test_default_rules_over_tables_that_a_base_lacks_are_idle(tmp_path):
    lines = orders(
        (1, "2024-05-01", 5.0, "toys"), columns="customer_id ordered_at amount category"
    )
    facts, names = tiny_model().facts, {}
    for name, tables in {
        "bare": {"transactions": lines.drop(columns="category")},
        "more": {"transactions": lines, "referrals": REFERRALS},
    }.items():
        with opened(tmp_path / name, tables) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            found = watch(default_rules(), [], facts.tier_names, facts.setting, activity, AS_OF)
        names[name] = {rule.name for rule in found.rules}
    assert names["more"] - names["bare"] == {"category_shift", "promoter"}
    assert {rule.name for rule in default_rules()} - names["more"] == {"silent_potential"}
    assert {"big_order_due", "whale_order"} <= names["bare"]


def test_an_own_rule_over_a_table_that_a_base_lacks_is_refused(tmp_path):
    with pytest.raises(InputError, match="there is no column `contacts_90d`"):
        watched(tmp_path, IDS["number"], "contacts_90d", 9)


def test_the_features_of_plays_are_asked_for_too(tmp_path):
    when = [{"column": "active_days_90d", "operator": ">", "value": 1}]
    play = Play.model_validate({"name": "mine", "action": "call", "when": when})
    found = watched(tmp_path, IDS["number"], "recency_days", 9, play)
    assert found.features == ("recency_days", "active_days_90d")
