"""A Spark cluster on loopback: a master and workers as processes, from the pyspark package."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

HOST = "127.0.0.1"
SECONDS_TO_START = 60
PR_SET_PDEATHSIG = 1
HOME = Path(pyspark.__file__).parent
# Small tables: few parts, and no long compiling of code that runs once.
DEFAULTS = """\
spark.sql.shuffle.partitions 2
spark.sql.codegen.cache.maxEntries 5000
spark.ui.enabled false
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1
spark.shuffle.io.retryWait 500ms
spark.driver.bindAddress 127.0.0.1
spark.driver.host 127.0.0.1
"""


@dataclass
class Cluster:
    """A master, and the workers started so far; each worker has one core."""

    folder: Path
    port: int
    web_port: int
    master: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def start(cls, folder: Path) -> "Cluster":
        """Start a master without workers."""
        port, web_port = _free_port(), _free_port()
        ports = ["--port", str(port), "--webui-port", str(web_port)]
        master = _run(folder, "org.apache.spark.deploy.master.Master", "--host", HOST, *ports)
        return cls(folder, port, web_port, master)

    @property
    def url(self) -> str:
        """The engine, as a config names it."""
        return f"spark://{HOST}:{self.port}"

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker and wait until the master counts it."""
        before = self.alive_workers()
        place = ["--host", HOST, "--webui-port", "0", "--work-dir", str(self.folder / "work")]
        worker = _run(
            self.folder,
            "org.apache.spark.deploy.worker.Worker",
            *place,
            *("--cores", "1", "--memory", "2g"),
            self.url,
        )
        self.workers.append(worker)
        _wait_until(lambda: self.alive_workers() > before, f"a worker of {self.url}")
        return worker

    def lose(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill a worker with everything it runs, as a machine that goes dark."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)
        _wait_until(lambda: self.alive_workers() == len(self.workers), f"news of {self.url}")

    def alive_workers(self) -> int:
        """Return how many workers the master counts; waits for the master."""
        _wait_until(lambda: self._state() is not None, f"the master {self.url}")
        state = self._state() or {}
        return int(state.get("aliveworkers", 0))

    def stop(self) -> None:
        """Stop every process."""
        for process in (*self.workers, self.master):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _state(self) -> dict[str, object] | None:
        address = f"http://{HOST}:{self.web_port}/json/"
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as told:
            return dict(json.load(told))
        return None


def _run(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "SPARK_HOME": str(HOME),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1",
    }
    with (folder / "cluster.log").open("ab") as log:
        return subprocess.Popen(
            [str(HOME / "bin" / "spark-class"), *arguments],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,  # so that a worker can be killed with its executors
            preexec_fn=_end_with_the_tests,
        )


def _end_with_the_tests() -> None:
    """Ask Linux to end this process when the one that started it ends, even if killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until(happened, what: str) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start within {SECONDS_TO_START} seconds")
        time.sleep(0.2)
