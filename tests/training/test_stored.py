from tiercast.artifacts.output_folder import OutputFolder
from tiercast.training.stored import stored_predictions
from tiny_model import tiny_config


def test_a_version_has_a_folder_of_its_own():
    folder = OutputFolder.of(tiny_config("shop")).evaluation("3")
    assert folder.parts[-2:] == ("evaluation", "model_version=3")


def test_what_was_never_stored_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert stored_predictions(tiny_config("shop"), "3") is None
    assert stored_predictions(tiny_config("shop"), None) is None
