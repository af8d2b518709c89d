"""What holds for every config that comes with the project."""

from pathlib import Path

import pytest

from tiercast.config.loading import load_config
from tiercast.contract.tables import TABLES

PIPELINES = sorted((Path(__file__).parents[2] / "pipelines").glob("*.yaml"))


def test_the_two_samples_are_there():
    assert {"cdnow", "complete_journey"} <= {path.stem for path in PIPELINES}


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_a_pipeline_loads_and_bears_the_name_of_its_file(path):
    config = load_config(path)
    assert config.name == path.stem
    assert config.output.path == f"runs/{config.name}"


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_a_pipeline_maps_columns_that_the_contract_knows(path):
    for name, source in load_config(path).sources.items():
        known = {column.name for column in TABLES[name].columns}
        assert set(source.columns) <= known
