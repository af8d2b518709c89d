"""Settings of the wrong type or beyond their range: refused by key, with the value."""

import pytest

from tiercast.config.errors import ConfigError
from tiercast.config.loading import parse_config

VALUES = {
    "outlook.horizon_days": [
        0,
        -1,
        1.5,
        "ninety",
        None,
        [],
        [90, 0],
        [[90]],
        10**9,
        {},
        float("nan"),
        "9 0",
    ],
    "outlook.active_days": [0, -5, "x", 1.5, []],
    "outlook.value": ["profit", 1, None, ""],
    "train.snapshots": [0, 101, "many", 2.5],
    "train.trials": [-1, "x", None],
    "train.seed": [-1, "x", 1.5],
    "train.gate_metric": ["accuracy", 7, None],
    "tiers.names": [["a"], ["a", "a"], "top", None, 5],
    "tiers.cuts": [[0.5, 0.8], [1.5, 0.5], [0.5], "x", [float("nan"), 0.5]],
    "tiers.hysteresis": [-0.1, 1, "x"],
    "rfm.bins": [1, 11, "five"],
    "language": ["xx", "", None, 3, "EN"],
    "engine": ["mysql", "", "spark://", 4],
    "name": ["", "<b>", "a/b", "../x", "a b", None, 5, "-x"],
    "output": ["runs", 5, [1]],
    "sources": [{}, None, [], "orders.csv", {"orders": {"path": "x"}}],
}
CASES = [(key, value) for key, values in VALUES.items() for value in values]


@pytest.mark.parametrize(("key", "value"), CASES)
def test_a_setting_that_cannot_be_is_refused_by_its_key(key, value):
    settings = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}
    head, _, tail = key.partition(".")
    with pytest.raises(ConfigError) as caught:
        parse_config(settings | {head: {tail: value} if tail else value}, origin="shop.yaml")
    assert str(caught.value).startswith("shop.yaml: ")
    assert head in str(caught.value)
