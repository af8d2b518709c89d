"""The pipelines whose data no package ships, on the real data beside the checkout."""

import subprocess
import sys
from pathlib import Path

import pytest

from tiercast.config.loading import load_config
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.scoring.score import score
from tiercast.snapshots.activity import build_activity
from tiercast.sources.canonical import open_base
from tiercast.training.train import train
from trained_base import read_parts, working_in


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


def on_shared_data(root, shared_data, name):
    """Return a pipeline's config that reads the shared folder in place of data/."""
    config = load_config(root / "pipelines" / f"{name}.yaml")

    def there(place):
        return place and place.replace("data/", f"{shared_data}/", 1)

    sources = {
        table: {
            **source.model_dump(),
            "path": there(source.path),
            "files": source.files and {key: there(file) for key, file in source.files.items()},
        }
        for table, source in config.sources.items()
    }
    return config.model_validate({**config.model_dump(), "sources": sources})


def test_superstore_counts_margin_and_its_losses(root, shared_data):
    with open_base(on_shared_data(root, shared_data, "superstore")) as base:
        lines = base.transactions
        profit = float((lines.amount - lines.cost).sum().execute())
        losing = float((lines.amount < lines.cost).mean().execute())
        assert base.lead.customer_id.nunique().execute() == 793
    assert profit == pytest.approx(286_397.02, rel=1e-3)
    assert losing == pytest.approx(0.19, abs=0.005)


def test_a_log_of_events_is_a_base_whose_orders_are_days_of_use(root, shared_data):
    config = on_shared_data(root, shared_data, "simple_onlineshop")
    with open_base(config) as base:
        activity = build_activity(base.connection, base.tables, config)
        day, setting = base.observed_until, Setting(30, usage=config.usage)
        panel = feature_panel(activity, [day], setting).to_pandas()
        days = int(activity.orders.is_order.sum().execute())
    assert (len(panel), days, str(day)) == (1246, 2903, "2020-03-30")
    assert set(panel["usage_tier"].dropna()) == {"deep", "medium", "shallow"}
    assert set(panel["preference"].dropna()) == {"first_product", "second_product", "undecided"}


@pytest.fixture(scope="module")
def saas_data(root, tmp_path_factory):
    """Return a folder with the made-up contracts of the pipeline, of fewer customers."""
    folder = tmp_path_factory.mktemp("made_up")
    script = str(root / "benchmarks" / "made_up_contracts.py")
    subprocess.run([sys.executable, script, "500", str(folder / "saas")], check=True)
    return folder


def scored(config, folder):
    """Train with few windows, score, and return the scores as a frame."""
    few = config.train.model_copy(update={"trials": 0, "snapshots": 2})
    here = config.model_copy(update={"train": few})
    with working_in(Path(folder)):
        train(here, force=True)
        return read_parts(score(here).folder).to_pandas()


def test_superstore_has_tiers_in_each_segment(root, shared_data, tmp_path):
    found = scored(on_shared_data(root, shared_data, "superstore"), tmp_path)
    assert len(found) == 793
    assert set(found["customer_group"]) == {"Consumer", "Corporate", "Home Office"}
    assert (found.groupby("customer_group")["tier"].nunique() > 1).all()


def test_a_log_of_events_gets_scores_with_tiers_of_use(root, shared_data, tmp_path):
    found = scored(on_shared_data(root, shared_data, "simple_onlineshop"), tmp_path)
    assert len(found) == 1246
    assert set(found["usage_tier"].dropna()) == {"deep", "medium", "shallow"}
    assert found["churn_probability"].between(0, 1).all()


def test_made_up_contracts_get_scores(root, saas_data, tmp_path):
    found = scored(on_shared_data(root, saas_data, "saas"), tmp_path)
    assert found["customer_id"].is_unique
    assert (found["value_low"] <= found["expected_value"]).all()
    assert (found["expected_value"] <= found["value_high"]).all()
