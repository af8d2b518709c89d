"""The pipelines whose data no package ships, on the real data beside the checkout."""

from pathlib import Path

import pytest

from tiercast.config.loading import load_config
from tiercast.training.train import train
from trained_base import working_in


@pytest.fixture(scope="module")
def telco(root, shared_data, tmp_path_factory):
    config = load_config(root / "pipelines" / "telco.yaml")
    source = config.sources["customers"].model_copy(
        update={"path": str(shared_data / "telco_churn" / "table.parquet")}
    )
    here = config.model_copy(update={"sources": {"customers": source}})
    with working_in(Path(tmp_path_factory.mktemp("telco"))):
        return train(here, trials=0)


def test_telco_is_as_good_as_is_honest(telco):
    assert 0.84 <= telco.metrics["auc"] <= 0.86  # more comes from resampling before the split
    assert telco.metrics["ece"] <= 0.03
    assert telco.metrics["brier"] < 0.136
