import pytest

from own_plugin import installed
from tiercast.config.errors import ConfigError, InputError
from tiercast.config.loading import parse_config
from tiercast.config.plugins import check_installed, packages_of, rows_of, versions_of

HEAD = "from tiercast.config.plugins import Plugin\nfrom tiercast.config.alerts import *\n"
RULE = "AlertRule(name='calm', meaning='m', when=(Condition(column='a', operator='>', value=1),))"
CALM = f"{HEAD}PLUGIN = Plugin(alert_rules=({RULE},))\n"


def config(**settings):
    sources = {"transactions": {"path": "orders.csv"}}
    return parse_config({"name": "shop", "sources": sources, **settings}, origin="shop.yaml")


def test_a_plugin_is_known_by_its_entry_point(tmp_path):
    with installed(tmp_path, CALM):
        assert versions_of(["my_shop"]) == {"my_shop": "1.2"}
        assert packages_of(["my_shop"]) == ("my_shop==1.2",)
        assert config(plugins=["my_shop"]).alert_rules[-1].name == "calm"


def test_a_plugin_that_no_package_offers_is_an_error_with_the_nearest(tmp_path):
    with pytest.raises(ConfigError, match="plugin `my_shop`; none is installed: `pip install`"):
        config(plugins=["my_shop"])
    with installed(tmp_path, CALM), pytest.raises(ConfigError) as caught:
        config(plugins=["my_shpo"])
    assert str(caught.value).startswith("shop.yaml: `plugins`: no installed package offers")
    assert "did you mean `my_shop`?" in str(caught.value)


def test_a_plugin_is_named_once(tmp_path):
    with installed(tmp_path, CALM), pytest.raises(ConfigError, match="named once"):
        config(plugins=["my_shop", "my_shop"])


def test_a_rule_of_a_plugin_can_be_replaced_and_left_out(tmp_path):
    own = {"name": "calm", "meaning": "another", "when": [{"column": "a", "operator": "<"}]}
    own["when"][0]["value"] = 3
    with installed(tmp_path, CALM):
        replaced = config(plugins=["my_shop"], alerts={"rules": [own]}).alert_rules
        assert [rule.meaning for rule in replaced if rule.name == "calm"] == ["another"]
        left_out = config(plugins=["my_shop"], alerts={"without": ["calm"]}).alert_rules
        assert "calm" not in [rule.name for rule in left_out]


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("import nowhere_to_be_found", r"my_shop\.py, line 1\): .* No module named"),
        ("PLUGINS = 1", "failed: AttributeError: module 'my_shop' has no attribute 'PLUGIN'"),
        ("\nPLUGIN = (", r"my_shop\.py, line 2\): SyntaxError: "),
        (f"{HEAD}AlertRule(1)", r"my_shop\.py, line 3\): TypeError: "),
        (CALM.replace("'>'", "'=>'"), r"line 3\): Condition: `operator`: .*, but got '=>'\. Mend"),
        ("PLUGIN = {}", r"must be a tiercast\.Plugin, but is a dict"),
        (f"{HEAD}PLUGIN = Plugin(alert_rules=('calm',))", "holds rows of AlertRule, but one is a"),
        (f"{HEAD}PLUGIN = Plugin(alert_rules=({RULE}))", "must be a tuple of rows, but is a"),
        (f"{HEAD}PLUGIN = Plugin(alert_rules=({RULE}, {RULE}))", "both add `calm`"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named(tmp_path, module, message):
    with installed(tmp_path, module), pytest.raises(ConfigError, match=message):
        rows_of(["my_shop"], "alert_rules", type(config().alert_rules[0]))


def test_a_model_of_a_plugin_that_is_missing_is_refused_by_name():
    check_installed({})
    with pytest.raises(InputError, match=r"the plugin `my_shop` \(version 1\.2\)"):
        check_installed({"my_shop": "1.2"})


def test_the_gate_may_go_by_a_plugins_metric(tmp_path):
    module = (
        "from tiercast.config.plugins import Plugin\n"
        "from tiercast.modeling.metrics import Metric\n"
        "def worst(truth, forecast): return float(abs(truth - forecast).max())\n"
        "PLUGIN = Plugin(metrics=(Metric('worst', 'value', False, 'm', worst),))\n"
    )
    with installed(tmp_path, module):
        chosen = config(plugins=["my_shop"], train={"gate_metric": "worst"})
        assert chosen.train.gate_metric == "worst"
        with pytest.raises(ConfigError, match=r"rmse, worst, but got 'best'"):
            config(plugins=["my_shop"], train={"gate_metric": "best"})
