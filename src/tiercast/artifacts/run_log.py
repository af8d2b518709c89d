"""The runs of an output folder: one line of JSON each, in a file of its own below `runs/`.

A run writes its line when it begins (`running`) and once more when it ends; each is written aside
and renamed, so a line is whole at every moment. While a run lives it holds a lock (`flock`) on its
file: the next run tells a killed one by that, and says so in the killed one's line. Where the file
system knows no locks, a killed run stays `running`, and two runs at once are not refused.

Beside the line of a run whose end the database or the object store may not know lies an empty file
`<id>.owed`, until a later run has told them.
"""

import datetime as dt
import errno
import fcntl
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal, Self

from tiercast.artifacts.staging import locked
from tiercast.artifacts.text_file import flush, plain_json, writing
from tiercast.config.errors import OutputError

RUNS = "runs"
Outcome = Literal["running", "done", "failed", "refused", "interrupted", "killed"]
RUNNING: Outcome = "running"
DONE: Outcome = "done"
KILLED: Outcome = "killed"
OWED = ".owed"


@dataclass(frozen=True)
class Run:
    """One run of a command: when, on what, and what came of it. Times are UTC."""

    id: str
    command: str
    name: str
    started_at: dt.datetime
    as_of: dt.date | None = None
    ended_at: dt.datetime | None = None
    outcome: Outcome = RUNNING
    exit_code: int | None = None
    message: str | None = None
    rows: int | None = None
    model_version: str | None = None
    data_fingerprint: Mapping[str, str] | None = None
    tiercast_version: str = version("tiercast")

    @classmethod
    def begin(cls, command: str, name: str) -> Self:
        """Return a run that begins now."""
        now = _now()
        # To the microsecond: runs of one second lie in their order too.
        stamp = now.strftime("%Y%m%dT%H%M%S.%fZ")
        begun = now.replace(microsecond=0)
        return cls(f"{stamp}-{command}-{secrets.token_hex(4)}", command, name, begun)

    def end(self, outcome: Outcome, exit_code: int | None, message: str | None = None) -> Self:
        """Return the run as it ends now."""
        return replace(
            self,
            ended_at=_now().replace(microsecond=0),
            outcome=outcome,
            exit_code=exit_code,
            message=message,
        )


def _now() -> dt.datetime:
    """Read the clock: the only place, and only for when a run began and ended."""
    return dt.datetime.now(dt.UTC)


class RunLog:
    """The `runs/` folder of an output, and the line of the run that goes on in this process.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """

    def __init__(self, output: Path) -> None:
        self.folder = output.absolute() / RUNS
        self._lock: int | None = None

    def begin(self, run: Run) -> None:
        """Write the run's first line; lines of runs found killed say so now, and are owed."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder):
                for path, other in list(self._running()):
                    if _is_dead(path):
                        self._mend(other)
                self._write(run, hold=True)

    def owe(self, run: Run) -> None:
        """Note that the run's end is not known everywhere."""
        with writing(self.folder):
            (self.folder / f"{run.id}{OWED}").touch()

    def owed(self) -> list[Run]:
        """Return the ended runs whose end is not known everywhere, oldest first."""
        lines = [note.with_suffix(".jsonl") for note in sorted(self.folder.glob(f"*{OWED}"))]
        return [read_run(line) for line in lines if line.exists()]

    def told(self, runs: Iterable[Run]) -> None:
        """Note that the runs' ends are known everywhere now."""
        with writing(self.folder):
            for run in runs:
                (self.folder / f"{run.id}{OWED}").unlink(missing_ok=True)

    def claim(self, run: Run) -> None:
        """Write the run's line with the day it works on, unless another does the same there.

        Raises
        ------
        OutputError
            The same command is at work on the same day.
        """
        with writing(self.folder), locked(self.folder):
            for path, other in self._running():
                same = (other.command, other.as_of) == (run.command, run.as_of)
                if same and other.id != run.id and _is_alive(path):
                    raise OutputError(
                        f"{other.command} is at work on {run.as_of} in {self.folder.parent} "
                        f"already (run {other.id}, begun {other.started_at:%Y-%m-%d %H:%M} UTC); "
                        "wait until it ends, or stop it, then run this again."
                    )
            self._write(run, hold=True)

    def end(self, run: Run) -> None:
        """Write the run's last line."""
        try:
            with writing(self.folder), locked(self.folder):
                self._write(run, hold=False)
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def read(self) -> list[Run]:
        """Return all runs, oldest first."""
        return [read_run(path) for path in sorted(self.folder.glob("*.jsonl"))]

    def _running(self) -> Iterator[tuple[Path, Run]]:
        for path in sorted(self.folder.glob("*.jsonl")):
            run = read_run(path)
            if run.outcome == RUNNING:
                yield path, run

    def _mend(self, run: Run) -> None:
        dead = replace(run, outcome=KILLED, message="ended without a word: killed, or no power")
        self.owe(dead)
        self._write(dead, hold=False)

    def _write(self, run: Run, *, hold: bool) -> None:
        path = self.folder / f"{run.id}.jsonl"
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            aside.write_text(plain_json(asdict(run)) + "\n", encoding="utf-8")
            flush(aside)
            held = _hold(aside) if hold else None
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        if held is not None:
            if self._lock is not None:
                os.close(self._lock)
            self._lock = held


def read_run(path: Path) -> Run:
    """Return the run that a file tells of.

    Raises
    ------
    OutputError
        The file is not one that a run wrote.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        day, end = told["as_of"], told["ended_at"]
        return Run(
            **told
            | {
                "as_of": None if day is None else dt.date.fromisoformat(day),
                "started_at": dt.datetime.fromisoformat(told["started_at"]),
                "ended_at": None if end is None else dt.datetime.fromisoformat(end),
            }
        )
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{path} is damaged: {error}; move it away, then go on.") from error


def _hold(path: Path) -> int:
    descriptor = os.open(path, os.O_RDONLY)
    with suppress(OSError):  # a file system without locks: see the top of this file
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def _is_alive(path: Path) -> bool:
    return _lock_of(path) == "held"


def _is_dead(path: Path) -> bool:
    return _lock_of(path) == "free"


def _lock_of(path: Path) -> Literal["held", "free", "unknown"]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return "held" if error.errno == errno.EWOULDBLOCK else "unknown"
    finally:
        os.close(descriptor)
    return "free"
