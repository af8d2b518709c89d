import pytest


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder, where `init` writes its config; return the folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
