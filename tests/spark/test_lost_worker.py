"""A worker that is killed costs time, not rows."""

import datetime as dt
import threading
import time
from pathlib import Path

import pytest

from spark_bases import THERE, assert_same_scores, manifest, train_on_some
from tiercast.config.progress import Silent
from tiercast.config.schema import Config
from tiercast.scoring import on_spark

SECONDS_TO_BEGIN = 60


class KillInTheMiddle(Silent):
    """Kills a worker once the first parts of a scoring are there; counts them."""

    def __init__(self, cluster, folder: Path) -> None:
        self.cluster, self.folder = cluster, folder
        self.parts_before = 0
        self._killer = threading.Thread(target=self._kill, daemon=True)

    def stage(self, name, total=None):
        if name == "score customers":
            self._killer.start()

    def wait(self):
        self._killer.join(SECONDS_TO_BEGIN)

    def _kill(self):
        deadline = time.monotonic() + SECONDS_TO_BEGIN
        while not self.parts_before and time.monotonic() < deadline:
            time.sleep(0.05)
            self.parts_before = len(list(self.folder.glob(".as_of=*/part-*.parquet")))
        self.cluster.lose(self.cluster.workers[0])


@pytest.mark.shared
def test_two_workers_of_which_one_is_killed_write_all_that_one_machine_writes(
    shared_data, two_workers, tmp_path, monkeypatch
):
    monkeypatch.setattr(on_spark, "PART_CUSTOMERS", 1_000)
    source = {"path": str(shared_data / "online_retail_2" / "*.parquet")}
    settings = {"name": "or2", "sources": {"transactions": source}, "train": {"snapshots": 3}}
    some = train_on_some(tmp_path, Config.model_validate(settings), dt.date(2011, 9, 1))
    assert two_workers.alive_workers() == 2
    killer = KillInTheMiddle(two_workers, tmp_path / THERE / "features")
    assert_same_scores(some, two_workers.url, progress=killer)
    killer.wait()
    parts = len(manifest(some, THERE)["parts"])
    assert 0 < killer.parts_before < parts
    assert two_workers.alive_workers() == 1
    for kind in ("features", "scores"):
        folder = tmp_path / THERE / kind
        assert [path.name for path in folder.iterdir()] == [f"as_of={some.as_of}"]
