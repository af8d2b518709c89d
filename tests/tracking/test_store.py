import os
import subprocess
import sys
import traceback

import pytest

from tiercast.config.errors import InputError, OutputError
from tiercast.tracking.store import experiment_id, open_client, store_uri, ui_command


def test_the_embedded_store_lies_below_the_working_directory(store):
    client = open_client()
    number = experiment_id(client, "where")
    assert (store / "models" / "mlflow.db").is_file()
    location = client.get_experiment(number).artifact_location
    assert location == (store / "models" / "artifacts" / "where").as_uri()


def test_an_experiment_is_created_once(store):
    assert experiment_id(open_client(), "once") == experiment_id(open_client(), "once")


def test_a_deleted_experiment_is_told_with_the_remedy(store):
    client = open_client()
    number = experiment_id(client, "gone")
    client.delete_experiment(number)
    with pytest.raises(InputError, match=f"restore --experiment-id {number}"):
        experiment_id(client, "gone")


def test_the_environment_names_another_store(store, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example:5000")
    assert store_uri() == "http://mlflow.example:5000"


def test_artifacts_lie_beside_a_named_sqlite_store(store, tmp_path, monkeypatch):
    # The store that is already there, by a relative name: making its tables takes seconds.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///models/mlflow.db")
    client = open_client()
    number = experiment_id(client, "named")
    location = client.get_experiment(number).artifact_location
    assert location == (store / "models" / "artifacts" / "named").as_uri()


def test_opening_the_store_changes_no_setting_of_mlflow(store):
    open_client()
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert [path.name for path in store.iterdir()] == ["models"]


@pytest.mark.parametrize(
    ("uri", "command"),
    [
        ("", "mlflow ui --backend-store-uri sqlite:///models/mlflow.db"),
        ("postgresql://a:secret@host/db", 'mlflow ui --backend-store-uri "$MLFLOW_TRACKING_URI"'),
        ("https://ann:secret@host:5000", "https://ann:***@host:5000"),
    ],
)
def test_how_to_look_at_the_store_tells_no_password(store, monkeypatch, uri, command):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    assert ui_command() == command


def test_a_file_in_the_way_of_the_store_is_an_output_error(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").write_text("a file")
    with pytest.raises(OutputError, match=r"models/mlflow\.db cannot be used: .*exists"):
        open_client()


def test_a_file_that_is_no_database_is_an_output_error(tmp_path, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mlflow.db").write_text("not a database, by far" * 100)
    with pytest.raises(OutputError, match="file is not a database"):
        open_client()


def test_two_first_users_at_once_are_served_without_a_sound_or_usage_figures(tmp_path):
    code = (
        "import sys\n"
        "from tiercast.tracking.store import open_client, experiment_id\n"
        "experiment_id(open_client(), sys.argv[1])\n"
        "from mlflow.telemetry import get_telemetry_client\n"
        "assert get_telemetry_client() is None\n"
    )
    unset = ("MLFLOW_", "GIT_PYTHON", "PYTEST", "CI")
    plain = {key: text for key, text in os.environ.items() if not key.startswith(unset)}
    users = [
        subprocess.Popen(
            [sys.executable, "-c", code, name],
            cwd=tmp_path,
            env=plain,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for name in ("first", "second")
    ]
    told = [user.communicate()[0] for user in users]
    assert ([user.returncode for user in users], told) == ([0, 0], [b"", b""])


@pytest.mark.parametrize("password", ["geheim-77", "ge%40heim-77"])
def test_a_password_of_the_server_is_in_no_error_of_its_own(monkeypatch, password):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:{password}@127.0.0.1:1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(OutputError) as caught:
        open_client()
    message = "".join(traceback.format_exception(caught.value))
    assert "API request to http://me:***@127.0.0.1:1/api" in message
    assert "heim-77" not in message
