import numpy as np
import pytest

from own_plugin import installed
from tiercast.config.errors import ConfigError
from tiercast.modeling.metrics import ALL_METRICS
from tiercast.modeling.plugin_metrics import forecast_metrics, metrics_of

HEAD = "from tiercast import Plugin\nfrom tiercast.modeling.metrics import Metric\n"


def module(*rows):
    return f"{HEAD}PLUGIN = Plugin(metrics=({' '.join(f'Metric{row},' for row in rows)}))"


def test_without_plugins_there_are_tiercasts_own():
    assert metrics_of(()) == ALL_METRICS


def test_own_metrics_come_last_and_those_of_tiers_need_tiers(tmp_path):
    worst = "lambda actual, predicted: abs(actual - predicted).max()"
    hits = "lambda actual, predicted: (actual == predicted).mean()"
    rows = [f"('worst', 'value', False, 'm', {worst})", f"('hits', 'tier', True, 'm', {hits})"]
    with installed(tmp_path, module(*rows)):
        assert [one.name for one in metrics_of(["my_shop"])][-2:] == ["worst", "hits"]
        names = [one.name for one in forecast_metrics(["my_shop"])]
        assert names[-1] == "worst"
        assert "tier_accuracy" not in names


def test_a_metric_that_fails_on_real_customers_is_named(tmp_path):
    few = "lambda actual, predicted: 1.0 if len(actual) < 20 else 1 / 0"
    with installed(tmp_path, module(f"('few', 'value', True, 'm', {few})")):
        metric = metrics_of(["my_shop"])[-1]
        with pytest.raises(ConfigError, match=r"metric `few` failed \(.*my_shop\.py, line 3\)"):
            metric.score(np.ones(50), np.ones(50))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("('auc', 'churn', True, 'm', max)", "metric `auc` is one of tiercast's own"),
        ("('total_bias', 'value', True, 'm', max)", "is one of tiercast's own"),
        ("('worst', 'money', True, 'm', max)", "kinds churn, value, tier, tier_chances"),
        ("('worst', 'value', True, 'm', max)", "12 made-up customers, failed: ValueError: "),
        ("('worst', 'value', True, 'm', len)", "failed: TypeError: len.. takes exactly one"),
        ("('never', 'churn', True, 'm', lambda a, p: float('nan'))", "finite number, but is nan"),
    ],
)
def test_a_metric_that_cannot_be_one_is_named(tmp_path, row, message):
    with installed(tmp_path, module(row)), pytest.raises(ConfigError, match=message):
        metrics_of(["my_shop"])
