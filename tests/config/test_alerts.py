import re

import pytest

from tiercast.config.alerts import AlertsConfig, default_rules
from tiercast.config.errors import ConfigError
from tiercast.config.loading import parse_config

DEFAULTS = [
    *("left_top_tier", "risk_crossed_limit", "spend_fell", "came_back", "whale_order"),
    *("big_order_due", "silent_potential", "promoter", "category_shift"),
]
RULE = {
    "name": "quiet",
    "meaning": "no order in the last half year",
    "when": [{"column": "recency_days", "operator": ">", "value": 180}],
}


def config(alerts):
    sources = {"transactions": {"path": "orders.csv"}}
    return parse_config({"name": "shop", "sources": sources, "alerts": alerts}, origin="shop.yaml")


def names(alerts):
    return [rule.name for rule in config(alerts).alert_rules]


def condition(**changes):
    return {"rules": [RULE | {"when": [RULE["when"][0] | changes]}]}


def test_the_default_rules_come_with_the_package():
    assert [rule.name for rule in default_rules()] == DEFAULTS
    assert names({}) == DEFAULTS


def test_rules_are_added_after_the_default_ones():
    assert names({"rules": [RULE]}) == [*DEFAULTS, "quiet"]


def test_a_rule_of_a_default_name_takes_its_place():
    active = config({"rules": [RULE | {"name": "came_back"}]}).alert_rules
    assert [rule.name for rule in active] == DEFAULTS
    assert active[3].meaning == RULE["meaning"]


def test_default_rules_can_be_left_out():
    assert names({"without": ["spend_fell", "whale_order"]}) == [
        name for name in DEFAULTS if name not in ("spend_fell", "whale_order")
    ]


@pytest.mark.parametrize(
    "change",
    [{"operator": "in"}, {"operator": "~"}, {"value": "many"}, {"colum": 1}, {"value": None}],
)
def test_a_bad_condition_is_reported_in_one_line(change):
    with pytest.raises(ConfigError) as caught:
        config(condition(**change))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("alerts", "message"),
    [
        ({"rule": []}, "unknown key `alerts.rule`; did you mean `rules`?"),
        (
            condition(colum="x"),
            "unknown key `alerts.rules.0.when.0.colum`; did you mean `column`?",
        ),
        (condition(operator="=>"), "`alerts.rules.0.when.0.operator`: must be"),
        (condition(operator="in"), "`recency_days in` needs a list, but got 180"),
        (condition(value=[1, 2]), "`recency_days >` needs a single value, but got (1, 2)"),
        (condition(value="many"), "`recency_days >` compares with numbers, but got 'many'"),
        (condition(value=float("nan")), "compares with numbers, but got nan"),
        (condition(value=True), "compares with numbers, but got True"),
        (condition(operator="==", value={"a": 1}), "numbers or words, but got {'a': 1}"),
        (condition(operator="in", value=[]), "needs a list, but got ()"),
        (condition(operator="in", value=[1, "a"]), "mixes numbers and words"),
        ({"rules": [RULE | {"when": []}]}, "`alerts.rules.0.when`"),
        ({"rules": [RULE | {"name": "No Name"}]}, "`alerts.rules.0.name`"),
        ({"rules": [RULE, RULE]}, "names of their own, but got ['quiet'] twice"),
        ({"without": ["whales"]}, "default rules (left_top_tier, "),
        ({"sinks": [{"kind": "file"}, {"kind": "file"}]}, "but got ['file'] twice"),
        ({"sinks": [{"kind": "webhook"}]}, "needs a `url` if it is a webhook"),
        ({"sinks": [{"kind": "file", "url": "http://a"}]}, "needs a `url` if it is a webhook"),
        ({"sinks": [{"kind": "fax"}]}, "`alerts.sinks.0.kind`"),
    ],
)
def test_what_makes_no_sense_is_refused(alerts, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        config(alerts)


@pytest.mark.parametrize(
    "url", ["ftp://host/geheim", "file:///geheim", "https:///geheim", "geheim", "http://[geheim"]
)
def test_an_address_that_is_no_web_address_is_refused_and_not_shown(url):
    with pytest.raises(ConfigError, match="must begin with http:// or https://") as refused:
        config({"sinks": [{"kind": "webhook", "name": "crm", "url": url}]})
    assert "geheim" not in str(refused.value).replace("'geheim'", "")


def test_an_address_is_in_nothing_that_is_stored_or_shown_of_a_config(monkeypatch):
    monkeypatch.setenv("HOOK", "https://host/geheim")
    found = config({"sinks": [{"kind": "webhook", "url": "${HOOK}"}]})
    assert found.alerts.sinks[0].url == "https://host/geheim"
    assert "geheim" not in repr(found)
    assert "geheim" not in str(found.model_dump(mode="json"))


def test_alerts_go_into_a_file_unless_a_config_says_otherwise():
    assert [sink.kind for sink in AlertsConfig().sinks] == ["file"]
