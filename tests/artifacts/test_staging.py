import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tiercast.artifacts.staging import exchange, staged_folder
from tiercast.config.errors import OutputError


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(folder, text):
    with staged_folder(folder) as staging:
        (staging / "other").touch()
        (staging / "part").write_text(text)


def killed_at(script, folder):
    """Run a script that stops itself with SIGKILL while it writes `folder`."""
    code = textwrap.dedent(script)
    run = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert run.returncode == -signal.SIGKILL


def test_nothing_is_seen_before_the_end(tmp_path):
    with staged_folder(tmp_path / "scores") as staging:
        (staging / "part").write_text("new")
        assert not (tmp_path / "scores").exists()
        assert [name.startswith(".scores.") for name in names(tmp_path)] == [True]
    assert names(tmp_path) == ["scores"]
    assert (tmp_path / "scores" / "part").read_text() == "new"


def test_the_new_folder_replaces_the_old_one(tmp_path):
    with staged_folder(tmp_path / "scores") as staging:
        (staging / "only in the first").touch()
    write(tmp_path / "scores", "second")
    assert names(tmp_path) == ["scores"]
    assert names(tmp_path / "scores") == ["other", "part"]


def test_an_error_leaves_the_old_folder_and_no_trace(tmp_path):
    write(tmp_path / "scores", "old")
    with pytest.raises(TypeError, match="must be str"):
        write(tmp_path / "scores", 7)
    assert names(tmp_path) == ["scores"]
    assert (tmp_path / "scores" / "part").read_text() == "old"


def test_an_error_of_the_caller_keeps_its_type(tmp_path):
    with pytest.raises(FileNotFoundError), staged_folder(tmp_path / "scores"):
        (tmp_path / "orders.csv").read_text()


def test_a_killed_run_leaves_the_old_folder_and_the_next_run_tidies_up(tmp_path):
    write(tmp_path / "scores", "old")
    killed_at(
        """
        import os, pathlib, signal, sys
        from tiercast.artifacts.staging import staged_folder
        with staged_folder(pathlib.Path(sys.argv[1])) as staging:
            (staging / "part").write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        tmp_path / "scores",
    )
    assert (tmp_path / "scores" / "part").read_text() == "old"
    assert len(names(tmp_path)) == 2
    write(tmp_path / "scores", "new")
    assert names(tmp_path) == ["scores"]


def test_a_run_killed_at_the_swap_leaves_the_old_folder_or_the_new_one(tmp_path):
    write(tmp_path / "scores", "old")
    killed_at(
        """
        import os, pathlib, signal, sys
        from tiercast.artifacts import staging as module
        exchange = module.exchange
        def once(one, other):
            assert exchange(one, other)
            os.kill(os.getpid(), signal.SIGKILL)
        module.exchange = once
        with module.staged_folder(pathlib.Path(sys.argv[1])) as staging:
            (staging / "part").write_text("new")
        """,
        tmp_path / "scores",
    )
    assert (tmp_path / "scores" / "part").read_text() == "new"
    assert len(names(tmp_path)) == 2
    write(tmp_path / "scores", "newer")
    assert names(tmp_path) == ["scores"]


@pytest.fixture
def no_exchange(monkeypatch):
    """A file system on which two folders cannot change places in one step."""
    monkeypatch.setattr("tiercast.artifacts.staging.exchange", lambda _one, _other: False)


def test_where_folders_cannot_change_places_the_new_one_still_replaces_the_old(
    tmp_path, no_exchange
):
    write(tmp_path / "scores", "old")
    write(tmp_path / "scores", "new")
    assert names(tmp_path) == ["scores"]
    assert (tmp_path / "scores" / "part").read_text() == "new"


def test_a_run_killed_between_two_renames_gets_its_old_folder_back(tmp_path):
    write(tmp_path / "scores", "old")
    killed_at(
        """
        import os, pathlib, signal, sys
        from tiercast.artifacts import staging as module
        module.exchange = lambda one, other: False
        rename = pathlib.Path.rename
        def once(self, target):
            rename(self, target)
            os.kill(os.getpid(), signal.SIGKILL)
        pathlib.Path.rename = once
        with module.staged_folder(pathlib.Path(sys.argv[1])) as staging:
            (staging / "part").write_text("new")
        """,
        tmp_path / "scores",
    )
    assert not (tmp_path / "scores").exists()
    with pytest.raises(KeyError), staged_folder(tmp_path / "scores"):
        raise KeyError("any")
    assert names(tmp_path) == ["scores"]
    assert (tmp_path / "scores" / "part").read_text() == "old"


def test_runs_at_work_leave_each_other_alone_and_the_last_to_end_wins(tmp_path):
    with staged_folder(tmp_path / "scores") as first:
        (first / "part").write_text("first")
        write(tmp_path / "scores", "second")
        assert (first / "part").read_text() == "first"
        assert (tmp_path / "scores" / "part").read_text() == "second"
    assert names(tmp_path) == ["scores"]
    assert (tmp_path / "scores" / "part").read_text() == "first"


def test_folders_of_similar_names_are_not_touched(tmp_path):
    others = [".scores.partial", ".scores[1].1-a.old", ".scoresx.1-a.partial"]
    for other in others:
        (tmp_path / other).mkdir()
    write(tmp_path / "scores", "new")
    assert names(tmp_path) == sorted([*others, "scores"])


def test_a_name_with_brackets_is_tidied_up_too(tmp_path):
    (tmp_path / ".a[1].1-a.partial").mkdir()
    write(tmp_path / "a[1]", "new")
    assert names(tmp_path) == ["a[1]"]


def test_a_folder_relative_to_the_working_directory_stays_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with staged_folder(type(tmp_path)("scores")):
        os.chdir("/")
    assert names(tmp_path) == ["scores"]


def test_a_file_in_the_way_is_an_output_error(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with (
        pytest.raises(OutputError, match=r"runs/scores could not be written: .*; free some space"),
        staged_folder(tmp_path / "runs" / "scores"),
    ):
        pytest.fail("the block must not begin")


def test_the_folder_may_be_read_by_whom_the_umask_says(tmp_path):
    before = os.umask(0o022)
    try:
        write(tmp_path / "scores", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "scores").stat().st_mode & 0o777 == 0o755


# Two folders change places


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
    monkeypatch.setattr("tiercast.artifacts.staging._renameat2", lambda: None)
    assert not exchange(*folders)
    assert [(folder / "part").read_text() for folder in folders] == ["old", "new"]
