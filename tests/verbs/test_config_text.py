import pytest
import yaml

from tiercast.verbs.config_text import scalar


@pytest.mark.parametrize(
    "text",
    ["plain", "no", "12", "1e3", "a: b", "# x", "客户", 'say "hi"', " led", "~", "*", "a\\b"],
)
def test_any_text_comes_back_from_yaml_as_it_was(text):
    assert yaml.safe_load(f"key: {scalar(text)}") == {"key": text}
