import datetime as dt
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tiercast.artifacts.run_log import Run, RunLog
from tiercast.config.errors import OutputError

DAY = dt.date(2024, 7, 1)
KILLED = """
import os, pathlib, signal, sys
from tiercast.artifacts.run_log import Run, RunLog
RunLog(pathlib.Path(sys.argv[1])).begin(Run.begin("score", "shop"))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def begun(tmp_path):
    """A run at work in a log of its own."""
    log, run = RunLog(tmp_path), Run.begin("score", "shop")
    log.begin(run)
    yield log, run
    log.end(run.end("done", 0))


def test_a_run_is_one_line_of_json_that_says_how_it_ended(tmp_path):
    log, run = RunLog(tmp_path), Run.begin("score", "shop")
    log.begin(run)
    (file,) = (tmp_path / "runs").iterdir()
    assert file.name == f"{run.id}.jsonl"
    assert json.loads(file.read_text(encoding="utf-8"))["outcome"] == "running"
    told = replace(run, as_of=DAY, rows=3, data_fingerprint={"transactions": "3-a-b"})
    ended = told.end("failed", 1, "the disk is full")
    log.end(ended)
    assert file.read_text(encoding="utf-8").count("\n") == 1
    assert log.read() == [ended]
    assert ended.ended_at >= ended.started_at
    assert ended.started_at.tzinfo is dt.UTC
    assert list(tmp_path.iterdir()) == [tmp_path / "runs"]


def test_the_next_run_says_of_a_killed_one_that_it_was(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    log, run = RunLog(tmp_path), Run.begin("score", "shop")
    log.begin(run)
    (found,) = log.pending()
    assert (found.outcome, found.ended_at) == ("killed", None)
    assert [one.outcome for one in log.read()] == ["killed", "running"]
    log.mark_reported([found])
    assert log.pending() == []
    log.end(run.end("done", 0))


def test_a_run_at_work_is_left_alone(begun, tmp_path):
    other, run = RunLog(tmp_path), Run.begin("train", "shop")
    other.begin(run)
    assert other.pending() == []
    other.end(run.end("done", 0))
    assert sorted(one.outcome for one in other.read()) == ["done", "running"]


def test_a_second_run_of_the_same_day_is_refused_until_the_first_ends(begun, tmp_path):
    log, run = begun
    log.claim(replace(run, as_of=DAY))
    other, second = RunLog(tmp_path), replace(Run.begin("score", "shop"), as_of=DAY)
    other.begin(second)
    with pytest.raises(
        OutputError, match=f"score is at work on {DAY} in .* already .run {run.id}"
    ):
        other.claim(second)
    other.claim(replace(second, as_of=DAY + dt.timedelta(days=1)))
    log.end(run.end("done", 0))
    other.claim(second)
    other.end(second.end("done", 0))


def test_where_no_locks_are_known_nobody_is_refused_or_called_killed(begun, tmp_path, monkeypatch):
    log, run = begun
    log.claim(replace(run, as_of=DAY))

    def unable(_descriptor, _how):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", unable)
    other, second = RunLog(tmp_path), replace(Run.begin("score", "shop"), as_of=DAY)
    other.begin(second)
    assert other.pending() == []
    other.claim(second)
    other.end(second.end("done", 0))


def test_a_damaged_line_is_named(tmp_path):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "x.jsonl").write_text("{")
    with pytest.raises(OutputError, match=r"x\.jsonl is damaged: .*; move it away"):
        RunLog(tmp_path).begin(Run.begin("score", "shop"))


def test_a_file_in_the_way_is_an_output_error(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(OutputError, match="runs could not be written: "):
        RunLog(tmp_path).begin(Run.begin("score", "shop"))


def test_no_descriptor_stays_open(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    log, run = RunLog(tmp_path), Run.begin("score", "shop")
    log.begin(run)
    log.claim(replace(run, as_of=DAY))
    log.end(run.end("done", 0))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
