import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from full_disk import files_up_to
from tiercast.artifacts.staging import staged_folder
from tiercast.config.errors import OutputError
from tiercast.sources.object_store import fetch
from tiercast.sources.scratch import filling, names_full, scratch_folder

KILLED = """
import os, signal
from tiercast.sources.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "rows").write_text("1")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The folder that TMPDIR names."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def killed(place):
    """Return what a killed process left."""
    code = subprocess.run(
        [sys.executable, "-c", KILLED], env={**os.environ, "TMPDIR": str(place)}, check=False
    ).returncode
    assert code == -signal.SIGKILL
    (left,) = place.iterdir()
    return left


def test_a_scratch_folder_is_empty_in_tmpdir_and_gone_afterwards(place):
    with scratch_folder() as folder:
        assert list(folder.iterdir()) == []
        (folder / "rows").touch()
        (own,) = place.iterdir()
        assert folder.parent == own
        assert own.name.startswith("tiercast-")
        assert own.stat().st_mode & 0o777 == 0o700
    assert list(place.iterdir()) == []


def test_what_a_killed_job_left_is_removed_by_the_next(place):
    left = killed(place)
    with scratch_folder():
        assert not left.exists()


def test_a_job_at_work_keeps_its_folder(place):
    with scratch_folder() as one, scratch_folder() as other:
        assert one.is_dir()
        assert other.is_dir()


def test_what_another_machine_or_program_made_stays(place, monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "another.example")
    with scratch_folder() as folder:
        shutil.copytree(folder.parent, place / f"{folder.parent.name}-left")
    (place / "tiercast-notes").mkdir()
    there = sorted(place.iterdir())
    monkeypatch.setattr("socket.gethostname", lambda: "this.example")
    with scratch_folder():
        pass
    assert sorted(place.iterdir()) == there


def test_a_folder_may_be_named_and_hidden(tmp_path):
    (tmp_path / "shared").mkdir()
    with scratch_folder(tmp_path / "shared", ".tiercast-") as folder:
        assert folder.parent.parent == tmp_path / "shared"
        assert folder.parent.name.startswith(".tiercast-")


def test_a_job_may_lock_its_own_scratch_folder():
    with scratch_folder() as folder, staged_folder(folder / "model") as model:
        (model / "weights").touch()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_reported_with_its_room_and_the_remedy(place, code):
    with pytest.raises(OutputError) as caught, scratch_folder():
        raise OSError(code, "as Arrow puts it")
    message = str(caught.value)
    assert message.startswith(f"The scratch folder in {place} could not hold the job (")
    assert "MB are free there now" in message
    assert os.strerror(code) in message
    assert message.endswith("set TMPDIR to a folder with more room, then run it again.")
    assert list(place.iterdir()) == []


def test_the_target_of_a_copy_says_which_disk_is_full(tmp_path):
    def copy(target):
        raise OSError(errno.ENOSPC, "full", "/data/orders.csv", None, target)

    with pytest.raises(OutputError, match="scratch folder"), scratch_folder() as folder:
        copy(str(folder / "orders.csv"))
    with pytest.raises(OSError, match="/models/weights"), scratch_folder():
        copy("/models/weights")


def test_errors_of_another_family_are_known_by_what_they_say(tmp_path):
    with pytest.raises(OutputError, match="No space left on device"), filling(tmp_path, KeyError):
        raise KeyError(f"a -> {tmp_path}/a: No space left on device")
    with pytest.raises(KeyError), filling(tmp_path, KeyError):
        raise KeyError("elsewhere: No space left on device")


def test_other_errors_go_their_way():
    with pytest.raises(PermissionError), scratch_folder():
        raise PermissionError(errno.EACCES, "not yours", "/data/orders.csv")


def test_a_message_about_a_copied_file_is_not_one_of_a_full_disk():
    with scratch_folder() as folder:
        assert names_full(f'Could not write file "{folder}/a.duckdb": File too large')
        assert not names_full(f"{folder}/orders.csv: CSV Error on Line: 3")
    assert not names_full('Could not write file "/store/a.parquet": No space left on device')


def test_a_copy_of_a_file_elsewhere_that_finds_no_room_is_no_fault_of_the_file(memory, tmp_path):
    memory.pipe("/orders.csv", b"1" * 2_000_000)
    (tmp_path / "work").mkdir()
    message = f"scratch folder in {tmp_path.parent} could not hold .*: File too large; set TMPDIR"
    with files_up_to(1_000_000), pytest.raises(OutputError, match=message):
        fetch("memory://orders.csv", tmp_path / "work")


def test_a_folder_that_is_not_there_is_reported(place):
    with (
        pytest.raises(OutputError, match=r"gone could not hold the job \(.*\): No such file"),
        scratch_folder(Path(place / "gone")),
    ):
        pass
