import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.sources.samples import SAMPLES
from tiercast.verbs import demo as demo_module
from tiercast.verbs.demo import DEFAULT_SAMPLE, demo, sample_config

DAY = dt.date(2018, 1, 2)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def calls(monkeypatch):
    """The steps the demo takes, in order, without their work."""
    taken = []
    scores = SimpleNamespace(folder=Path("scores"), as_of=DAY)

    def step(name, answer):
        def fake(*given, progress):
            taken.append((name, *given))
            return answer

        monkeypatch.setattr(demo_module, name, fake)

    step("train", None)
    step("score", scores)
    step("report", Path("report.html"))
    return taken


def test_each_sample_has_a_config_that_names_it():
    assert DEFAULT_SAMPLE in SAMPLES
    for sample in SAMPLES:
        config = load_config(sample_config(sample))
        assert config.name == sample
        assert config.sources["transactions"].path == f"sample://{sample}/transactions.parquet"


def test_the_packaged_configs_are_those_of_the_repository(root):
    for sample in SAMPLES:
        reference = root / "pipelines" / f"{sample}.yaml"
        assert sample_config(sample).read_text("utf-8") == reference.read_text("utf-8")


def test_a_config_that_is_there_is_used_as_it_is():
    path = sample_config("cdnow")
    path.write_text("name: mine", "utf-8")
    assert sample_config("cdnow").read_text("utf-8") == "name: mine"


def test_the_demo_trains_scores_and_reports_the_scored_day(calls, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    result = demo("cdnow")
    config = Path("pipelines/cdnow.yaml")
    assert calls == [("train", config), ("score", config), ("report", config, DAY)]
    assert (result.report, result.scores) == (Path("report.html"), Path("scores"))
    assert result.mlflow_command == "mlflow ui --backend-store-uri sqlite:///models/mlflow.db"


def test_an_unknown_sample_is_refused_before_any_work(calls):
    with pytest.raises(InputError, match="No such sample: 'cdnwo'; there are complete_journey"):
        demo("cdnwo")
    assert calls == []
