import pandas as pd
import pytest

from conftest import config_named, train
from tiercast.artifacts.model_folder import load_model
from tiercast.config.errors import InputError
from tiercast.tracking.registry import (
    find_version,
    load_version,
    promote,
    set_alias,
    version_folder,
    version_of,
    versions,
)
from tiercast.tracking.store import open_client
from tiny_model import AS_OF, HORIZON_DAYS, tiny_features, tiny_model


def test_versions_are_rows_with_what_one_chooses_by(store, trained):
    first, second = versions(trained.config)
    assert (first.version, first.aliases) == ("1", ("champion",))
    assert (second.version, second.aliases) == ("2", ("challenger",))
    assert first.run_id == trained.runs["1"]
    assert (first.trained_as_of, first.horizon_days) == (AS_OF, HORIZON_DAYS)
    assert first.metrics == {"auc": 0.75}
    assert first.created <= second.created


@pytest.mark.parametrize("wanted", ["2", "challenger", "@challenger"])
def test_a_version_is_found_by_number_or_alias(store, trained, wanted):
    assert find_version(trained.config, wanted).version == "2"


def test_an_unknown_version_is_told_with_those_there_are(store, trained):
    with pytest.raises(
        InputError, match=r"'9'; there are 1 \(@champion\), 2 \(@challenger\)\."
    ):
        find_version(trained.config, "9")


def test_a_base_without_a_model_is_told_to_train(store, trained):
    empty = config_named("empty")
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
        (folder / "order.txt").write_text("changed")
    assert not folder.exists()
    assert load_version(trained.config).facts == trained.models["1"].facts


def test_files_that_are_gone_are_told(store, tmp_path):
    config = config_named("lost")
    version, _ = train(config, tiny_model(), tmp_path / "model")
    source = open_client().get_model_version_download_uri("lost", version)
    open_folder = type(tmp_path).from_uri if hasattr(tmp_path, "from_uri") else None
    assert source.startswith("file://")
    assert open_folder is None or open_folder(source).is_dir()


def test_promoting_moves_the_champion_and_remembers_whom_it_replaced(store, tmp_path):
    config = config_named("moving")
    for _ in range(2):
        train(config, load_model_once(tmp_path), tmp_path / "model")
    assert promote(config, "1").aliases == ("champion",)
    assert promote(config, "challenger").aliases == ("champion",)
    assert [row.aliases for row in versions(config)] == [(), ("champion",)]
    assert version_of(config, "challenger") is None
    tags = open_client().get_model_version("moving", "2").tags
    assert tags["replaced_version"] == "1"
