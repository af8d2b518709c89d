"""The runs of an output folder: one line of JSON each, in a file of its own below `runs/`.

A run writes its line when it begins (`running`) and once more when it ends; each is written aside
and renamed, so a line is whole at every moment. While a run lives it holds a lock (`flock`) on its
file: the next run tells a killed one by that, and says so in the killed one's line. Where the file
system knows no locks, a killed run stays `running`, and two runs at once are not refused.

Beside the line of a run whose end the database or the object store may not know lies an empty file
`<id>.owed`, until a later run has told them.
"""

import datetime as dt
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Literal, Self

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import whole_file, writing
from tiercast.artifacts.text_file import plain_json
from tiercast.config.errors import OutputError
from tiercast.sources.file_lock import hold, is_held, is_left, locked

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
        self.folder = OutputFolder(output.absolute()).runs
        self._lock: int | None = None

    def begin(self, run: Run) -> None:
        """Write the run's first line; lines of runs found killed say so now, and are owed."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder):
                for path, other in list(self._running()):
                    if is_left(path):
                        self._mend(other)
                self._write(run, is_own=True)

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
                if same and other.id != run.id and is_held(path):
                    raise OutputError(
                        f"{other.command} is at work on {run.as_of} in {self.folder.parent} "
                        f"already (run {other.id}, begun {other.started_at:%Y-%m-%d %H:%M} UTC); "
                        "wait until it ends, or stop it, then run this again."
                    )
            self._write(run, is_own=True)

    def end(self, run: Run) -> None:
        """Write the run's last line."""
        try:
            with writing(self.folder), locked(self.folder):
                self._write(run, is_own=False)
        finally:
            self._let_go()

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
        self._write(dead, is_own=False)

    def _write(self, run: Run, *, is_own: bool) -> None:
        """Write the run's line; the caller has locked the folder, so nobody sees it unheld."""
        path = self.folder / f"{run.id}.jsonl"
        with whole_file(path) as aside:
            aside.write_text(plain_json(asdict(run)) + "\n", encoding="utf-8")
        if is_own:
            lock = hold(path)
            self._let_go()
            self._lock = lock

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


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
