import pytest

from tiercast.artifacts import exchange as module
from tiercast.artifacts.exchange import exchange


@pytest.fixture
def folders(tmp_path):
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part").write_text(name)
    return tmp_path / "old", tmp_path / "new"


def test_two_folders_change_places(folders):
    assert exchange(*folders)
    assert [(folder / "part").read_text() for folder in folders] == ["new", "old"]


def test_a_missing_one_is_an_error(folders):
    old, new = folders
    with pytest.raises(FileNotFoundError):
        exchange(old, new.with_name("nosuch"))
    assert (old / "part").read_text() == "old"


def test_a_system_without_the_call_changes_nothing(folders, monkeypatch):
    monkeypatch.setattr(module, "_renameat2", lambda: None)
    assert not exchange(*folders)
    assert [(folder / "part").read_text() for folder in folders] == ["old", "new"]
