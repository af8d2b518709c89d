import datetime as dt
import json
import os
from pathlib import Path

import numpy as np
import pytest

from tiercast.artifacts.text_file import to_json, write_json_atomically, write_text_atomically
from tiercast.config.errors import OutputError
from tiercast.sources.file_lock import hold, locked


def test_text_is_written_as_utf_8_without_any_trace_beside_it(tmp_path):
    write_text_atomically(tmp_path / "deep" / "report.html", "价值\r\n")
    assert (tmp_path / "deep" / "report.html").read_bytes() == "价值\r\n".encode()
    assert [file.name for file in (tmp_path / "deep").iterdir()] == ["report.html"]


def test_a_second_write_replaces_the_first(tmp_path):
    for text in ("a longer first text", "short"):
        write_text_atomically(tmp_path / "card.md", text)
    assert (tmp_path / "card.md").read_text() == "short"


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "card.md"
    write_text_atomically(path, "old")

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"card\.md could not be written: No space left"):
        write_text_atomically(path, "new")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("card.md", "old")]


def test_what_a_killed_run_left_goes_with_the_next_and_a_living_one_s_file_stays(tmp_path):
    for name in (
        ".a[1].md.12-0a1b2c3d",
        ".a[1].md.13-0a1b2c3d",
        ".a1.md.12-0a1b2c3d",
        ".a[1].md.x",
    ):
        (tmp_path / name).write_text("half")
    living = hold(tmp_path / ".a[1].md.13-0a1b2c3d")
    write_text_atomically(tmp_path / "a[1].md", "text")
    os.close(living)
    names = {".a[1].md.13-0a1b2c3d", ".a1.md.12-0a1b2c3d", ".a[1].md.x", "a[1].md"}
    assert {file.name for file in tmp_path.iterdir()} == names


def test_a_file_in_a_folder_that_its_writer_holds_can_be_written(tmp_path):
    with locked(tmp_path):
        write_text_atomically(tmp_path / "card.md", "text")


def test_a_file_in_the_way_of_the_folder_is_an_output_error(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(OutputError, match=r"runs/report\.html could not be written"):
        write_text_atomically(tmp_path / "runs" / "report.html", "text")


def test_dates_numpy_numbers_sets_and_paths_become_json(tmp_path):
    content = {
        "as_of": dt.date(1998, 4, 1),
        "at": dt.datetime(1998, 4, 1, 12, 30),
        "rows": np.int64(3),
        "auc": np.float32(0.5),
        "inner": {"tiers": {"top", "general"}, "cuts": (0.8, 0.5)},
        "path": Path("runs/cdnow"),
        "flag": np.True_,
        "nothing": None,
    }
    write_json_atomically(tmp_path / "manifest.json", content)
    assert json.loads((tmp_path / "manifest.json").read_text()) == {
        "as_of": "1998-04-01",
        "at": "1998-04-01T12:30:00",
        "rows": 3,
        "auc": 0.5,
        "inner": {"tiers": ["general", "top"], "cuts": [0.8, 0.5]},
        "path": "runs/cdnow",
        "flag": True,
        "nothing": None,
    }


def test_numbers_that_json_cannot_say_are_null():
    wrong = {"a": float("nan"), "b": [float("inf")], "c": np.float64("-inf")}
    assert json.loads(to_json(wrong)) == {"a": None, "b": [None], "c": None}


def test_chinese_stays_readable():
    assert '"高价值"' in to_json({"tier": "高价值"})
