"""A worker that is killed costs time, not rows; and how much faster two are than one."""

import sys
import threading
import time
from pathlib import Path

import pytest

from spark_bases import assert_equal_rows
from tiercast.config.progress import Silent
from tiercast.scoring import on_spark

SECONDS_TO_BEGIN = 60


class KillInTheMiddle(Silent):
    """Kills a worker once the first parts of a scoring are there; tells how many there were."""

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


class Stopwatch(Silent):
    """Tells the seconds that the passes over customers took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name, self._since = "", time.monotonic()

    def stage(self, name, total=None):
        self.seconds[self._name] = time.monotonic() - self._since
        self._name, self._since = name, time.monotonic()

    def stop(self):
        self.stage("")
        return self.seconds["score customers"] + self.seconds["assign tiers and write"]


def timed(cdnow, engine, output):
    watch = Stopwatch()
    cdnow.score(engine, output, progress=watch)
    return watch.stop()


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(on_spark, "PART_CUSTOMERS", 1_000)


def test_a_killed_worker_leaves_a_complete_output(cdnow, cluster, small_parts, capsys):
    with_two = timed(cdnow, cluster.url, "out/two")
    killer = KillInTheMiddle(cluster, cdnow.folder / "out" / "lost" / "features")
    try:
        result = cdnow.score(cluster.url, "out/lost", progress=killer)
        killer.wait()
        assert 0 < killer.parts_before < 24
        assert cluster.alive_workers() == 1
        with_one = timed(cdnow, cluster.url, "out/one")
    finally:
        cluster.add_worker()
    assert result.rows == cdnow.rows("out/two", "scores").num_rows
    for kind in ("features", "scores"):
        folder = cdnow.folder / "out" / "lost" / kind
        assert [path.name for path in folder.iterdir()] == [f"as_of={cdnow.as_of}"]
        assert_equal_rows(cdnow.rows("out/lost", kind), cdnow.rows("out/two", kind))
    with capsys.disabled():
        sys.stdout.write(
            f"\nscoring {result.rows:,} customers: {with_one:.1f} s on one worker, "
            f"{with_two:.1f} s on two: {with_one / with_two:.2f} times as fast\n"
        )
