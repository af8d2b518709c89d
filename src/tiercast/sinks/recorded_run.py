"""A run of a command, recorded however it ends: in the output's `runs/` and in each sink."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from tiercast.artifacts.owner import claim_output
from tiercast.artifacts.run_log import DONE, Outcome, Run, RunLog
from tiercast.config.errors import InputError, OutputError
from tiercast.config.progress import Progress
from tiercast.config.public_settings import without_secrets
from tiercast.config.schema import Config
from tiercast.sinks.database import open_database
from tiercast.sinks.object_store import open_object_store
from tiercast.sinks.sink import Sink

ENDS: tuple[tuple[type[BaseException], Outcome, int], ...] = (
    (InputError, "refused", 2),
    (KeyboardInterrupt, "interrupted", 130),
    (BaseException, "failed", 1),
)
# The last one opened is the first to show the results of a run.
OPENERS: tuple[Callable[[Config], Sink | None], ...] = (open_database, open_object_store)


class RecordedRun:
    """A run at work: the facts known so far, and where they are recorded."""

    def __init__(self, log: RunLog, run: Run) -> None:
        self.run = run
        self.exit_code = 0  # of a run that ends well; a command may set another
        self.sinks: tuple[Sink, ...] = ()
        self.is_pending = False  # whether a database or store may not have this run
        self._log = log

    def open(self, config: Config) -> None:
        """Open the database and the store that a config names, and record runs there.

        These are this run, and earlier ones whose end could not be recorded there at the time.

        Raises
        ------
        OutputError
            One of them cannot be reached.
        InputError
            One of them is another base's.
        """
        self.is_pending = True
        pending = self._log.pending()
        for sink in _opened(config):
            self.sinks += (sink,)
            _record(sink, *pending, self.run)
        self._log.mark_reported(pending)
        self.is_pending = False

    def claim(self, as_of: dt.date) -> None:
        """Record the day that this run works on.

        Raises
        ------
        OutputError
            The same command is at work on that day in the same output.
        """
        self.run = replace(self.run, as_of=as_of)
        self._log.claim(self.run)

    def set_result(
        self,
        *,
        rows: int,
        model_version: str,
        data_fingerprint: Mapping[str, str],
        as_of: dt.date | None = None,
    ) -> None:
        """Record the result."""
        self.run = replace(
            self.run,
            rows=rows,
            model_version=model_version,
            data_fingerprint=data_fingerprint,
            as_of=as_of or self.run.as_of,
        )

    def set_version(self, model_version: str) -> None:
        """Record the model version."""
        self.run = replace(self.run, model_version=model_version)

    def done(self) -> Run:
        """End the run well, now, and return its final record, to be stored with its rows."""
        if self.run.ended_at is None:
            self.run = self.run.end(DONE, self.exit_code)
        return self.run


@contextmanager
def recorded_run(
    config: Config, command: str, output: Path, progress: Progress, *, into_sinks: bool = True
) -> Iterator[RecordedRun]:
    """Record the block as a run: `running`, then done, failed, refused or interrupted.

    The database and the object store that the config names are opened first, so that a job which
    cannot write there fails before its work, not after.

    Raises
    ------
    OutputError
        The record cannot be written, or the database or the store cannot be reached.
    InputError
        The output, the database's schema or the store's folder is another base's.
    """
    claim_output(output, config.name)
    log, run = RunLog(output), Run.begin(command, config.name)
    log.begin(run)
    recorded = RecordedRun(log, run)
    try:
        if into_sinks:
            recorded.open(config)
        yield recorded
        if recorded.run.ended_at is None:  # else it was stored with its rows
            recorded.done()
            for sink in recorded.sinks:
                _record(sink, recorded.run)
        log.end(recorded.run)
    except BaseException as error:
        _record_failure(recorded, log, error, config, progress)
        raise


def recorded_here(
    config: Config, command: str, progress: Progress
) -> AbstractContextManager[RecordedRun]:
    """Record a run in the config's output folder alone; no database or store gets its results.

    Raises
    ------
    OutputError
        The record cannot be written.
    InputError
        The output folder is another base's.
    """
    return recorded_run(config, command, Path(config.output.path), progress, into_sinks=False)


def _opened(config: Config) -> Iterator[Sink]:
    for open_sink in OPENERS:
        sink = open_sink(config)
        if sink is not None:
            yield sink


def _record(sink: Sink, *runs: Run) -> None:
    for run in runs:
        sink.record_run(run)


def _record_failure(
    recorded: RecordedRun, log: RunLog, error: BaseException, config: Config, progress: Progress
) -> None:
    """Record how the run failed; show what cannot be written, so that `error` is raised on."""
    outcome, code = next((o, c) for kind, o, c in ENDS if isinstance(error, kind))
    message = without_secrets(str(error) or type(error).__name__, config)
    run = recorded.run.end(outcome, code, message)
    _try(log.end, run, progress)
    written = [_try(sink.record_run, run, progress) for sink in recorded.sinks]
    if recorded.is_pending or not all(written):
        _try(log.mark_pending, run, progress)


def _try(write: Callable[[Run], None], run: Run, progress: Progress) -> bool:
    """Write the run; return whether it worked, and show why not."""
    try:
        write(run)
    except OutputError as error:
        progress.say(f"The record of this run is not complete: {error}")
        return False
    return True
