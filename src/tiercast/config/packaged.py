"""The YAML files that come with the package."""

from importlib import resources
from typing import Any

import yaml

# Both build plain values alone. libyaml, where PyYAML has it, takes a tenth of the time:
# commands wait for texts at their start.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def packaged_yaml(package: str, name: str) -> Any:
    """Return the content of a YAML file of a package."""
    loader = LOADER(resources.files(package).joinpath(name).read_text(encoding="utf-8"))
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()
