"""One embedded store for all tests here: MLflow needs seconds to make its tables."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tiercast.artifacts.model_folder import save_model
from tiercast.config.schema import Config
from tiercast.modeling.customer_model import CustomerModel
from tiercast.tracking.registry import promote, register
from tiercast.tracking.runs import training_run
from tiny_model import tiny_config, tiny_features, tiny_model


@dataclass(frozen=True)
class Trained:
    """A base with version 1, the champion, and version 2, the challenger."""

    config: Config
    models: dict[str, CustomerModel]
    runs: dict[str, str]


def _train(config, model, folder):
    save_model(model, folder)
    with training_run(config, name="train 2024-07-01") as run:
        run.log_metrics({"auc": 0.75})
        version = register(run, folder, config, tiny_features())
        run.log_metrics({"brier": 0.25})  # of the model, too
        return version, run.run_id


@pytest.fixture
def train(store):
    """Return a function that registers a model and answers its version and its run."""
    return _train


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tracking store")


@pytest.fixture
def store(store_folder, monkeypatch) -> Path:
    """A working directory whose `models/` is the store."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(store_folder)
    return store_folder


@pytest.fixture(scope="session")
def trained(store_folder, tmp_path_factory) -> Trained:
    config = tiny_config()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.chdir(store_folder)
        models, runs = {}, {}
        for seed in range(2):
            model = tiny_model(seed=seed)
            version, run_id = _train(config, model, tmp_path_factory.mktemp("models") / "x")
            models[version], runs[version] = model, run_id
        promote(config, "1")
    return Trained(config, models, runs)
