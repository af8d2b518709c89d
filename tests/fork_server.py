"""A process that has imported all of tiercast and forks one command after the other.

Fifty kills would else take fifty starts of the interpreter. Nothing but imports is done before a
fork, so that no thread is lost by it.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Command:
    """A `tiercast` command at work, or ended."""

    server: "ForkServer"
    pid: int
    log: Path

    def said(self, words: str, *, within_seconds: float = 60) -> bool:
        """Wait until the log has the words; answers False where it ends without them."""
        deadline = time.monotonic() + within_seconds
        while time.monotonic() < deadline:
            if words in self.log.read_text(encoding="utf-8"):
                return True
            if not Path(f"/proc/{self.pid}").exists():
                return False
            time.sleep(0.001)
        raise TimeoutError(f"{words!r} was not said: {self.log.read_text(encoding='utf-8')}")

    def kill(self) -> int:
        """Kill it with SIGKILL and answer how it ended: it may have been quicker."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """Return the exit code, negative for a signal."""
        self.server.running = None
        return int(self.server.read())


class ForkServer:
    """The process, seen from a test. One command at a time, whose words are in `log`."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.log = log
        self.running: Command | None = None
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.read() == "ready"

    def start(self, *arguments: object) -> Command:
        """Start `tiercast` with the arguments and the test's environment."""
        assert self._process.stdin is not None
        self.log.write_text("")
        given = {"arguments": [str(a) for a in arguments], "environment": dict(os.environ)}
        self._process.stdin.write(json.dumps({**given, "log": str(self.log)}) + "\n")
        self._process.stdin.flush()
        self.running = Command(self, int(self.read()), self.log)
        return self.running

    def read(self) -> str:
        """Return the server's next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextlib.contextmanager
def fork_server(folder: Path, log: Path) -> Iterator[ForkServer]:
    """Return a server whose commands run in `folder` and write to `log`."""
    server = ForkServer(folder, log)
    try:
        yield server
    finally:
        server.close()


def serve() -> None:
    """Fork a command for each line on stdin; say its process, then how it ended."""
    import adbc_driver_postgresql.dbapi  # noqa: F401
    import mlflow.pyfunc
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401

    import tiercast.cli.main
    import tiercast.scoring.score
    import tiercast.sinks.postgresql

    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        given = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.clear()
            os.environ.update(given["environment"])
            tempfile.tempdir = None  # an import may have looked for it
            _become(given["arguments"], given["log"], tiercast.cli.main.main)
        print(child, flush=True)  # noqa: T201
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _become(arguments: list[str], log: str, main: object) -> None:
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.argv = ["tiercast", *arguments]
    code = 1
    try:
        main()  # type: ignore[operator]
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except Exception as error:  # noqa: BLE001 - told as an interpreter tells it at its end
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
