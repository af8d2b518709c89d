"""A worker that is killed costs time, not rows."""

import threading
import time
from pathlib import Path

from spark_bases import assert_equal_rows
from tiercast.config.progress import Silent

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


def test_a_killed_worker_leaves_a_complete_output_as_of_one_machine(cdnow, two_workers):
    here = cdnow.score("duckdb", "out/here")
    assert two_workers.alive_workers() == 2
    killer = KillInTheMiddle(two_workers, cdnow.folder / "out" / "lost" / "features")
    result = cdnow.score(two_workers.url, "out/lost", progress=killer)
    killer.wait()
    assert 0 < killer.parts_before < 5
    assert two_workers.alive_workers() == 1
    assert result.tiers == here.tiers
    for kind in ("features", "scores"):
        folder = cdnow.folder / "out" / "lost" / kind
        assert [path.name for path in folder.iterdir()] == [f"as_of={cdnow.as_of}"]
        assert_equal_rows(cdnow.rows("out/lost", kind), cdnow.rows("out/here", kind))
