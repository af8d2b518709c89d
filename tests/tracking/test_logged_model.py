import datetime as dt
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlparse

import mlflow.pyfunc
import pandas as pd
import pytest
from mlflow.pyfunc.scoring_server import invocations

from tiercast.tracking.logged_model import served
from tiercast.tracking.store import open_client, store_uri
from tiny_model import tiny_features

NAMES = ["MLmodel", "artifacts", "code", "conda.yaml", "input_example.json", "pyfunc_model.py"]
NAMES += ["python_env.yaml", "requirements.txt", "serving_input_example.json"]


@pytest.fixture
def logged_folder(store, trained):
    location = open_client().get_model_version_download_uri("tiny", "1")
    return Path(unquote(urlparse(location).path))


@pytest.fixture
def champion(store, trained, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store_uri())
    return mlflow.pyfunc.load_model("models:/tiny@champion")


def test_the_logged_model_is_a_script_and_data(logged_folder):
    assert sorted(path.name for path in logged_folder.iterdir()) == NAMES
    kinds = {path.suffix for path in logged_folder.rglob("*") if path.is_file()}
    assert kinds - {".css", ".jinja", ".js", ".typed"} == {"", ".yaml", ".json", ".txt", ".py"}


def test_nothing_in_it_is_a_pickle(logged_folder):
    for path in logged_folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            content.decode()
            assert not content.startswith(b"\x80"), path


def test_it_carries_the_packages_code_and_needs_what_that_needs(logged_folder):
    assert (logged_folder / "code" / "tiercast" / "modeling" / "customer_model.py").exists()
    needed = (logged_folder / "requirements.txt").read_text().splitlines()
    assert f"lightgbm=={version('lightgbm')}" in needed
    assert all("==" in one and not one.startswith("tiercast") for one in needed)


def test_it_predicts_where_tiercast_is_not_installed(logged_folder, trained, tmp_path):
    frame = tiny_features(customers=30, seed=4)
    frame.to_parquet(tmp_path / "frame.parquet")
    site = without_tiercast(tmp_path / "site")
    asked = [str(site), str(logged_folder), str(tmp_path)]
    # No environment variables, no site-packages but the folder named, no bytecode left behind.
    python = [sys.executable, "-I", "-S", "-B", "-c", ELSEWHERE]
    subprocess.run([*python, *asked], check=True, cwd=tmp_path)
    expected = trained.models["1"].predict(frame)
    told = pd.read_parquet(tmp_path / "told.parquet")
    assert told["churn_probability"].tolist() == expected["churn_probability"].tolist()
    assert told["tier"].tolist() == expected["tier"].tolist()


ELSEWHERE = """
import importlib.util, pathlib, sys
sys.path.append(sys.argv[1])
assert importlib.util.find_spec("tiercast") is None
import mlflow.pyfunc, pandas as pd
folder = pathlib.Path(sys.argv[3])
model = mlflow.pyfunc.load_model(sys.argv[2])
told = model.predict(pd.read_parquet(folder / "frame.parquet"))
columns = ["churn_probability", "tier"]
told[columns].to_parquet(folder / "told.parquet")
import tiercast
assert tiercast.__file__.startswith(sys.argv[2]), tiercast.__file__
"""


def without_tiercast(folder):
    """A folder of all that is installed here, but for tiercast and what points to it."""
    folder.mkdir()
    for one in Path(pd.__file__).parents[1].iterdir():
        if "tiercast" not in one.name and one.suffix != ".pth":
            (folder / one.name).symlink_to(one)
    return folder


def test_the_logged_model_has_the_runs_parameters_metrics_and_tags(store, trained):
    run = open_client().get_run(trained.runs["1"])
    (output,) = run.outputs.model_outputs
    model = open_client().get_logged_model(output.model_id)
    assert model.params["train.trials"] == run.data.params["train.trials"] == "30"
    assert model.tags["horizon_days"] == "90"
    assert [(one.key, one.value) for one in model.metrics] == [("brier", 0.25)]


def test_mlflow_predicts_what_the_model_predicts(champion, trained):
    frame = tiny_features(customers=80, seed=4)
    pd.testing.assert_frame_equal(
        champion.predict(frame), trained.models["1"].predict(frame), check_exact=True
    )


def test_missing_values_and_times_for_dates_change_nothing(champion, trained):
    frame = tiny_features(customers=80, seed=4).assign(region=None)
    times = frame.assign(as_of=pd.to_datetime(frame["as_of"]))
    pd.testing.assert_frame_equal(champion.predict(times), trained.models["1"].predict(frame))


def test_the_server_answers_the_models_scores(champion, trained):
    frame = tiny_features(customers=20, seed=4)
    asked = frame.to_json(orient="split", date_format="iso", double_precision=15)
    body = f'{{"dataframe_split": {asked}}}'
    schema = champion.metadata.get_input_schema()
    answer = invocations(body, "application/json", champion, schema)
    assert answer.status == 200
    rows = json.loads(answer.response)["predictions"]
    expected = trained.models["1"].predict(frame)
    assert [row["churn_probability"] for row in rows] == pytest.approx(
        expected["churn_probability"].tolist(), rel=1e-12
    )
    assert [row["tier_set"] for row in rows] == expected["tier_set"].tolist()
    assert rows[0]["as_of"] == "2024-07-01"


def test_a_missing_feature_is_named(champion):
    frame = tiny_features(customers=5).drop(columns="recency_days")
    with pytest.raises(mlflow.exceptions.MlflowException, match="recency_days"):
        champion.predict(frame)


def test_the_signature_takes_numbers_as_floats_and_profiles_as_text(champion):
    kinds = {column.name: column.type.name for column in champion.metadata.get_input_schema()}
    assert kinds.pop("customer_id") == "long"
    assert kinds.pop("as_of") == "datetime"
    assert kinds.pop("region") == "string"
    assert set(kinds.values()) == {"double"}


def test_the_example_names_no_customer(champion):
    example = champion.input_example
    assert example["customer_id"].tolist() == [1, 2, 3, 4, 5]
    texts = served(tiny_features(customers=2).assign(customer_id=["ann@example.org", "bob"]))
    assert texts["customer_id"].tolist() == ["customer-1", "customer-2"]
    assert texts["as_of"].tolist() == [dt.datetime(2024, 7, 1)] * 2
