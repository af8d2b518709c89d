"""A run of a verb, recorded: in the output's `runs/` and in its database, however it ends."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tiercast.artifacts.run_log import DONE, Outcome, Run, RunLog
from tiercast.config.errors import InputError, OutputError
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.config.secrets import without_secrets
from tiercast.sinks.database import Database, open_database

ENDS: tuple[tuple[type[BaseException], Outcome, int], ...] = (
    (InputError, "refused", 2),
    (KeyboardInterrupt, "interrupted", 130),
    (BaseException, "failed", 1),
)


class RecordedRun:
    """The run that goes on: what is known of it, and where it is written down."""

    def __init__(self, log: RunLog, run: Run) -> None:
        self.run = run
        self.database: Database | None = None
        self._log = log

    def claim(self, as_of: dt.date) -> None:
        """Say which day is worked on.

        Raises
        ------
        OutputError
            The same command is at work on that day in the same output.
        """
        self.run = replace(self.run, as_of=as_of)
        self._log.claim(self.run)

    def found(
        self,
        *,
        rows: int,
        model_version: str,
        data_fingerprint: Mapping[str, str],
        as_of: dt.date | None = None,
    ) -> None:
        """Say what came of it."""
        self.run = replace(
            self.run,
            rows=rows,
            model_version=model_version,
            data_fingerprint=data_fingerprint,
            as_of=as_of or self.run.as_of,
        )

    def done(self) -> Run:
        """End the run well, now; answers its last line, to be kept with its rows."""
        if self.run.ended_at is None:
            self.run = self.run.end(DONE, 0)
        return self.run


@contextmanager
def recorded_run(
    config: Config,
    command: str,
    output: Path,
    progress: Progress,
    *,
    into_database: bool = True,
) -> Iterator[RecordedRun]:
    """Record what goes on inside the block: begun, then done, failed, refused or interrupted.

    The database that the config names is opened first, so that a job which cannot write there
    fails before its work, not after.

    Raises
    ------
    OutputError
        The record cannot be written, or the database cannot be reached.
    """
    log, run = RunLog(output), Run.begin(command, config.name)
    killed = log.begin(run)
    recorded = RecordedRun(log, run)
    try:
        recorded.database = open_database(config) if into_database else None
        _keep(recorded.database, *killed, run)
        yield recorded
        if recorded.run.ended_at is None:  # else it was kept with its rows
            _keep(recorded.database, recorded.done())
        log.end(recorded.run)
    except BaseException as error:
        _record_failure(recorded, log, error, config, progress)
        raise


def _keep(database: Database | None, *runs: Run) -> None:
    if database is not None:
        for run in runs:
            database.keep_run(run)


def _record_failure(
    recorded: RecordedRun, log: RunLog, error: BaseException, config: Config, progress: Progress
) -> None:
    """Record how the run failed; what cannot be written is said, and `error` goes its way."""
    outcome, code = next((o, c) for kind, o, c in ENDS if isinstance(error, kind))
    message = without_secrets(str(error) or type(error).__name__, config)
    run = recorded.run.end(outcome, code, message)
    try:
        log.end(run)
        _keep(recorded.database, run)
    except OutputError as another:
        progress.say(f"The record of this run is not complete: {another}")
