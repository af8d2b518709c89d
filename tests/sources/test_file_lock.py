import os

from tiercast.sources.file_lock import hold, is_left, locked


def test_what_is_held_is_not_left_until_it_is_closed(tmp_path):
    lock = hold(tmp_path)
    assert not is_left(tmp_path)
    os.close(lock)
    assert is_left(tmp_path)


def test_a_file_can_be_held_too(tmp_path):
    (tmp_path / "file").touch()
    lock = hold(tmp_path / "file")
    assert not is_left(tmp_path / "file")
    os.close(lock)


def test_a_block_holds_its_folder(tmp_path):
    with locked(tmp_path):
        assert not is_left(tmp_path)
    assert is_left(tmp_path)


def test_what_is_gone_or_a_link_was_left_by_nobody(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert not is_left(tmp_path / "gone")
    assert not is_left(tmp_path / "link")


def test_where_no_locks_are_known_nothing_was_left(tmp_path, monkeypatch):
    def unknown(_descriptor, _operation):
        raise OSError("no locks here")

    monkeypatch.setattr("fcntl.flock", unknown)
    os.close(hold(tmp_path))
    assert not is_left(tmp_path)
