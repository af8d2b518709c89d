import shutil
import sqlite3
from pathlib import Path
from urllib.parse import unquote, urlparse

import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.tracking.registry import (
    find_version,
    load_version,
    promote,
    version_folder,
    version_of,
    versions,
)
from tiercast.tracking.store import open_client
from tiny_model import AS_OF, HORIZON_DAYS, tiny_config, tiny_features, tiny_model


def test_versions_are_rows_with_what_one_chooses_by(store, trained):
    first, second = versions(trained.config)
    assert (first.version, first.aliases) == ("1", ("champion",))
    assert (second.version, second.aliases) == ("2", ("challenger",))
    assert first.run_id == trained.runs["1"]
    assert (first.trained_as_of, first.horizon_days) == (AS_OF, HORIZON_DAYS)
    assert first.metrics == {"auc": 0.75, "brier": 0.25}
    assert first.created <= second.created


@pytest.mark.parametrize("wanted", ["2", 2, "challenger", "@challenger"])
def test_a_version_is_found_by_number_or_alias(store, trained, wanted):
    assert find_version(trained.config, wanted).version == "2"


def test_an_unknown_version_is_told_with_those_there_are(store, trained):
    with pytest.raises(InputError, match=r"'9'; there are 1 \(@champion\), 2 \(@challenger\)\."):
        find_version(trained.config, "9")


def test_a_base_without_a_model_is_told_to_train(store, trained):
    empty = tiny_config("empty")
    assert versions(empty) == []
    assert version_of(empty, "champion") is None
    with pytest.raises(InputError, match="empty has no model yet; train one first"):
        find_version(empty)


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_loaded_version_predicts_the_bits_of_the_model_registered(store, trained, version):
    frame = tiny_features(customers=50, seed=9)
    pd.testing.assert_frame_equal(
        load_version(trained.config, version).predict(frame),
        trained.models[version].predict(frame),
        check_exact=True,
    )


def test_a_versions_folder_is_a_copy(store, trained):
    with version_folder(trained.config, "champion") as folder:
        (folder / "model.json").write_text("changed")
    assert not folder.exists()
    assert load_version(trained.config).facts == trained.models["1"].facts


def test_files_that_are_gone_or_changed_are_told(train, tmp_path):
    config = tiny_config("lost")
    version, _ = train(config, tiny_model(), tmp_path / "model")
    location = urlparse(open_client().get_model_version_download_uri("lost", version)).path
    files = Path(unquote(location)) / "artifacts" / "customer_model"
    (files / "model.json").write_text("changed")
    with pytest.raises(InputError, match=r"model\.json was changed after the model was stored"):
        load_version(config, version)
    shutil.rmtree(files)
    with pytest.raises(InputError, match="files of lost version 1 cannot be fetched from file:"):
        load_version(config, version)


def test_promoting_moves_the_champion_and_remembers_whom_it_replaced(train, tmp_path):
    config, model = tiny_config("moving"), tiny_model()
    for _ in range(2):
        train(config, model, tmp_path / "model")
    assert promote(config, "1").aliases == ("champion",)
    assert promote(config, "challenger").aliases == ("champion",)
    assert [row.aliases for row in versions(config)] == [(), ("champion",)]
    assert version_of(config, "challenger") is None
    tags = open_client().get_model_version("moving", "2").tags
    assert tags["replaced_version"] == "1"
    assert promote(config, "2").aliases == ("champion",)


def test_a_version_whose_run_was_purged_is_listed_without_metrics(train, tmp_path):
    config = tiny_config("purged")
    _, run_id = train(config, tiny_model(), tmp_path / "model")
    with sqlite3.connect("models/mlflow.db") as database:
        database.execute("DELETE FROM latest_metrics WHERE run_uuid = ?", [run_id])
        database.execute("DELETE FROM metrics WHERE run_uuid = ?", [run_id])
        database.execute("DELETE FROM tags WHERE run_uuid = ?", [run_id])
        database.execute("DELETE FROM params WHERE run_uuid = ?", [run_id])
        database.execute("DELETE FROM runs WHERE run_uuid = ?", [run_id])
    database.close()
    assert [row.metrics for row in versions(config)] == [{}]
