"""YAML files of the package, read by libyaml where PyYAML has it."""

from importlib import resources

import pytest
import yaml

from tiercast.config.packaged import packaged_yaml

FILES = [
    *(
        (f"tiercast.{folder}", f"texts_{one}.yaml")
        for folder in ("app", "reporting")
        for one in ("en", "zh")
    ),
    ("tiercast.reporting", "sentences.yaml"),
    ("tiercast.modeling", "phrases.yaml"),
    ("tiercast.sources", "layouts.yaml"),
]


@pytest.mark.parametrize(("package", "name"), FILES)
def test_both_parsers_read_the_same_values(package, name):
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    assert packaged_yaml(package, name) == yaml.safe_load(text)
