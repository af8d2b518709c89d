"""Make a version the champion by hand."""

from pathlib import Path

from tiercast.config.loading import load_config
from tiercast.config.schema import Config
from tiercast.tracking import registry
from tiercast.tracking.registry import ModelVersion


def promote(config: Config | str | Path, version: str) -> ModelVersion:
    """Let @champion mean this version (a number or an alias) from now on.

    Raises
    ------
    InputError
        There is no such version; the message names those there are.
    """
    return registry.promote(load_config(config), version)
