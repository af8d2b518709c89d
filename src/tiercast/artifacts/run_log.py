"""The runs of an output folder: one line of JSON each, in a file of its own below `runs/`.

A run writes its line when it begins (`running`) and again when it ends; the file is whole at every
moment. A run at work holds a lock on its file: the next run recognizes a killed one by the missing
lock, and records that in the killed one's line. Where the file system has no locks, a killed run
stays `running`, and two runs at once are not refused.

If the database or the object store may not have the end of a run, an empty file `<id>.owed` lies
beside its line, until a later run has reported it.
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
PENDING = ".owed"


@dataclass(frozen=True)
class Run:
    """One run of a command: when, on what data, and how it ended. Times are UTC."""

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
        # To the microsecond, so that runs of one second are in order, too.
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
    """Read the clock: the only place, and only for the begin and end of a run."""
    return dt.datetime.now(dt.UTC)


class RunLog:
    """The `runs/` folder of an output, and the line of this process's run.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """

    def __init__(self, output: Path) -> None:
        self.folder = OutputFolder(output.absolute()).runs
        self._lock: int | None = None

    def begin(self, run: Run) -> None:
        """Write the run's first line; mark runs that were killed, and their ends as pending."""
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            with locked(self.folder):
                for path, other in list(self._running()):
                    if is_left(path):
                        self._mark_killed(other)
                self._write(run, is_own=True)

    def mark_pending(self, run: Run) -> None:
        """Note that a database or store does not have the run's end yet."""
        with writing(self.folder):
            (self.folder / f"{run.id}{PENDING}").touch()

    def pending(self) -> list[Run]:
        """Return the runs whose end a database or store does not have yet, oldest first."""
        lines = [note.with_suffix(".jsonl") for note in sorted(self.folder.glob(f"*{PENDING}"))]
        return [read_run(line) for line in lines if line.exists()]

    def mark_reported(self, runs: Iterable[Run]) -> None:
        """Note that all databases and stores have the ends of the runs."""
        with writing(self.folder):
            for run in runs:
                (self.folder / f"{run.id}{PENDING}").unlink(missing_ok=True)

    def claim(self, run: Run) -> None:
        """Write the run's line with the day that it works on.

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

    def at_work(self, own: Run) -> list[Run]:
        """Return the other runs that are at work now, oldest first."""
        return [run for path, run in self._running() if run.id != own.id and is_held(path)]

    def read(self) -> list[Run]:
        """Return all runs, oldest first."""
        return [read_run(path) for path in sorted(self.folder.glob("*.jsonl"))]

    def _running(self) -> Iterator[tuple[Path, Run]]:
        for path in sorted(self.folder.glob("*.jsonl")):
            run = read_run(path)
            if run.outcome == RUNNING:
                yield path, run

    def _mark_killed(self, run: Run) -> None:
        dead = replace(run, outcome=KILLED, message="killed, or the machine lost power")
        self.mark_pending(dead)
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
    """Return the run in a file.

    Raises
    ------
    OutputError
        The file is not one that a run wrote.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        day, end = values["as_of"], values["ended_at"]
        return Run(
            **values
            | {
                "as_of": None if day is None else dt.date.fromisoformat(day),
                "started_at": dt.datetime.fromisoformat(values["started_at"]),
                "ended_at": None if end is None else dt.datetime.fromisoformat(end),
            }
        )
    except (ValueError, KeyError, TypeError) as error:
        raise OutputError(f"{path} is damaged: {error}; move it away, then try again.") from error
