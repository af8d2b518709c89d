import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from tiercast.config.errors import OutputError
from tiercast.tracking.studies import studies_file, study_storage
from tiny_model import tiny_config

WAITING = """
import sys, optuna
from tiercast.tracking.studies import study_storage
from tiny_model import tiny_config
print("started", flush=True)
with study_storage(tiny_config("busy")) as storage:
    print(optuna.get_all_study_names(storage), flush=True)
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)


def test_trials_lie_beside_the_embedded_store():
    assert studies_file(tiny_config("shop")) == Path("models/studies/shop.jsonl").absolute()


def test_trials_lie_beside_a_named_sqlite_store(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////data/store/mlflow.db")
    assert studies_file(tiny_config("shop")) == Path("/data/store/studies/shop.jsonl")


def test_with_a_server_trials_stay_on_this_machine(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example:5000")
    assert studies_file(tiny_config("shop")) == Path("models/studies/shop.jsonl")


def test_what_was_written_is_there_the_next_time():
    with study_storage(tiny_config("shop")) as storage:
        optuna.create_study(storage=storage, study_name="a search")
    with study_storage(tiny_config("shop")) as storage:
        assert optuna.get_all_study_names(storage) == ["a search"]
    with study_storage(tiny_config("other")) as storage:
        assert optuna.get_all_study_names(storage) == []


def test_half_a_line_of_a_killed_training_spoils_nothing():
    with study_storage(tiny_config("shop")) as storage:
        optuna.create_study(storage=storage, study_name="whole")
    with studies_file(tiny_config("shop")).open("a") as file:
        file.write('{"op_code": 0, "worker_id": "x", "stu')
    with study_storage(tiny_config("shop")) as storage:
        optuna.create_study(storage=storage, study_name="next")
    with study_storage(tiny_config("shop")) as storage:
        assert optuna.get_all_study_names(storage) == ["whole", "next"]


def test_a_second_training_waits_for_the_first(root):
    with study_storage(tiny_config("busy")) as storage:
        second = subprocess.Popen(
            [sys.executable, "-c", WAITING],
            env={"PYTHONPATH": str(root / "tests"), "OPTUNA_LOGGING": "0"},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout.readline() == "started\n"
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(0.3)
        optuna.create_study(storage=storage, study_name="first")
    assert second.communicate()[0] == "['first']\n"


@pytest.mark.parametrize("text", ["no JSON\nat all\n", '{"op_code": 4}\n'])
def test_a_damaged_record_is_told_with_the_remedy(text):
    file = studies_file(tiny_config("shop"))
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    with (
        pytest.raises(OutputError, match=r"shop\.jsonl cannot be read: .*move it away"),
        study_storage(tiny_config("shop")),
    ):
        pass


def test_a_record_that_cannot_be_written_is_told():
    Path("models").write_text("a file in the way")
    with (
        pytest.raises(OutputError, match=r"studies/shop\.jsonl could not be written"),
        study_storage(tiny_config("shop")),
    ):
        pass
