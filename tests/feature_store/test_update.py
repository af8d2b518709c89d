"""What lies in a feature store after some days, and after a run that was killed."""

import json

import pandas as pd
import pytest

from bases import orders, write_base
from stored_history import facts_of, with_store
from tiercast.feature_store import folder as folder_module
from tiercast.feature_store.folder import MANIFEST_FILE, FeatureStoreFolder
from tiercast.feature_store.history import open_history

DAYS = pd.date_range("2024-01-01", "2024-03-31", freq="D")


@pytest.fixture
def shop(tmp_path):
    """Return a function that writes the orders before a day, and answers the two configs."""

    def until(day):
        lines = orders(*((f"c{i % 5}", t, 1.0 + i) for i, t in enumerate(DAYS) if str(t) < day))
        plain = write_base(tmp_path / "in", {"transactions": lines})
        return plain, with_store(plain, tmp_path / "book", late_days=4)

    return until


def run(config):
    with open_history(config):
        pass


def kept(tmp_path) -> dict[str, list[bytes]]:
    """Return the content of the order files by month."""
    found = {}
    for path in sorted((tmp_path / "book" / "orders").iterdir()):
        found.setdefault(path.name[:7], []).append(path.read_bytes())
    return found


def test_each_month_has_a_file_and_a_day_adds_one_to_its_own(shop, tmp_path):
    run(shop("2024-02-20")[1])
    first = kept(tmp_path)
    assert {month: len(files) for month, files in first.items()} == {"2024-01": 1, "2024-02": 1}
    run(shop("2024-02-21")[1])
    second = kept(tmp_path)
    assert second["2024-01"] == first["2024-01"]
    assert len(second["2024-02"]) == 2
    assert set(first["2024-02"]) < set(second["2024-02"])


def test_a_month_that_ends_becomes_one_file_and_older_ones_stay(shop, tmp_path):
    for day in ("2024-02-20", "2024-02-21", "2024-02-22"):
        run(shop(day)[1])
    before = kept(tmp_path)
    run(shop("2024-03-10")[1])
    after = kept(tmp_path)
    assert {month: len(files) for month, files in after.items()} == {
        "2024-01": 1,
        "2024-02": 1,
        "2024-03": 1,
    }
    assert after["2024-01"] == before["2024-01"]
    listed = json.loads((tmp_path / "book" / MANIFEST_FILE).read_text())["files"]
    assert [(file["month"], file["rows"]) for file in listed] == [
        ("2024-01", 31),
        ("2024-02", 29),
        ("2024-03", 5),
    ]


def test_the_same_lines_give_the_same_files_whatever_the_steps(shop, tmp_path):
    run(shop("2024-03-10")[1])
    at_once = kept(tmp_path)
    for path in sorted((tmp_path / "book").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    for day in ("2024-02-20", "2024-03-10"):
        run(shop(day)[1])
    assert kept(tmp_path) == at_once


def test_a_second_run_of_the_same_day_changes_no_file(shop, tmp_path):
    _, stored = shop("2024-02-20")
    run(stored)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "book").rglob("*.*")}
    run(stored)
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "book").rglob("*.*")}


def test_a_history_within_the_window_keeps_nothing(shop, tmp_path):
    plain, stored = shop("2024-01-04")
    assert facts_of(stored) == facts_of(plain)
    assert not list((tmp_path / "book").iterdir())


def test_a_run_killed_before_the_manifest_leaves_the_store_as_it_was(shop, tmp_path, monkeypatch):
    run(shop("2024-02-20")[1])
    plain, stored = shop("2024-03-10")
    manifest = (tmp_path / "book" / MANIFEST_FILE).read_bytes()

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folder_module, "write_json_atomically", killed)
        with pytest.raises(KeyboardInterrupt), open_history(stored):
            pass
    assert (tmp_path / "book" / MANIFEST_FILE).read_bytes() == manifest
    read = FeatureStoreFolder(tmp_path / "book").read()
    assert read.lines.until.isoformat() == "2024-02-16"
    assert len(kept(tmp_path)["2024-02"]) == 2  # one that no manifest lists
    assert facts_of(stored) == facts_of(plain)
    assert {month: len(files) for month, files in kept(tmp_path).items()} == {
        "2024-01": 1,
        "2024-02": 1,
        "2024-03": 1,
    }


def test_files_of_others_are_left_alone(shop, tmp_path):
    others = [tmp_path / "book" / "orders" / "mine.parquet", tmp_path / "book" / "notes.txt"]
    others[0].parent.mkdir(parents=True)
    for path in others:
        path.write_text("mine")
    run(shop("2024-02-20")[1])
    assert all(path.read_text() == "mine" for path in others)
