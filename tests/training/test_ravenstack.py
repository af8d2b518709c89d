"""RavenStack holds no signal: the answer is the base rate for everybody."""

import datetime as dt
from pathlib import Path

import pytest

from tiercast.config.loading import load_config
from tiercast.config.progress import Silent
from tiercast.snapshots.activity import build_activity
from tiercast.sources.canonical import open_base
from tiercast.training.fitting import fit_model
from tiercast.training.panel import build_panel

PIPELINE = Path(__file__).parents[2] / "pipelines" / "ravenstack.yaml"


@pytest.fixture(scope="module")
def config(shared_data):
    """The pipeline's config, reading the shared folder, with a tiny training."""
    given = load_config(PIPELINE)
    sources = {
        name: {**source.model_dump(), "path": str(shared_data / "ravenstack" / f"{name}.parquet")}
        for name, source in given.sources.items()
    }
    train = given.train.model_copy(update={"trials": 0, "snapshots": 3})
    return given.model_copy(update={"sources": sources, "train": train})


def test_nobody_is_riskier_than_another(config):
    with open_base(config) as base:
        activity = build_activity(base.connection, base.tables, config)
        panel = build_panel(base, activity, dt.date(2024, 12, 1))
        model = fit_model(panel, config, None, Silent()).model
    churn = model.score_rows(panel.current)["churn_probability"]
    assert churn.nunique() == 1
    assert 0 < churn.iloc[0] < 0.02
    assert (~panel.rows["ordered"]).mean() < 0.02
