import json

import pandas as pd
import pytest

from tiercast.artifacts.model_folder import load_model, save_model
from tiercast.config.errors import InputError
from tiny_model import tiny_features, tiny_model


@pytest.fixture(scope="module")
def model():
    return tiny_model()


@pytest.fixture
def folder(tmp_path, model):
    save_model(model, tmp_path / "model")
    return tmp_path / "model"


def test_the_loaded_model_predicts_the_same_bits(model, folder):
    frame = tiny_features(customers=60, seed=5)
    pd.testing.assert_frame_equal(
        load_model(folder).predict(frame), model.predict(frame), check_exact=True
    )


def test_the_folder_holds_json_only(folder):
    assert {path.name for path in folder.iterdir()} == {"MANIFEST.json", "model.json"}
    for path in folder.iterdir():
        assert isinstance(json.loads(path.read_text()), dict)


def test_storing_twice_gives_the_same_bytes(model, folder, tmp_path):
    save_model(model, tmp_path / "again")
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_a_loaded_model_stores_as_it_was(folder, tmp_path):
    save_model(load_model(folder), tmp_path / "again")
    manifests = [(at / "MANIFEST.json").read_text() for at in (folder, tmp_path / "again")]
    assert manifests[0] == manifests[1]


def test_storing_replaces_the_files_of_another_model(model, folder):
    (folder / "left_over.txt").touch()
    save_model(model, folder)
    assert not (folder / "left_over.txt").exists()


def test_a_changed_file_is_named(folder):
    path = folder / "model.json"
    path.write_text(path.read_text().replace("shrinkage", "Shrinkage", 1))
    with pytest.raises(InputError, match=r"model/model\.json was changed after"):
        load_model(folder)


def test_a_missing_file_is_named(folder):
    (folder / "model.json").unlink()
    with pytest.raises(InputError, match=r"model/model\.json is missing"):
        load_model(folder)


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(InputError, match=r"holds no model: it has no MANIFEST\.json"):
        load_model(tmp_path)


def test_a_damaged_manifest_is_named(folder):
    (folder / "MANIFEST.json").write_text('{"format": 1')
    with pytest.raises(InputError, match=r"MANIFEST\.json is damaged"):
        load_model(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "must have format 1, but has 2: it was written by tiercast"),
        ({"files": {"../model.json": "0"}}, r"must name files beside it, but names '\.\./model"),
        ({"files": ["model.json"]}, "is damaged: it lists no files"),
    ],
)
def test_a_manifest_of_another_kind_is_refused(folder, change, message):
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    (folder / "MANIFEST.json").write_text(json.dumps(manifest | change))
    with pytest.raises(InputError, match=message):
        load_model(folder)
