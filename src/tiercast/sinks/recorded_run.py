"""A run of a verb, recorded however it ends: in the output's `runs/` and in its other places."""

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
# The last to be opened is the first to show what a run made.
OPENERS: tuple[Callable[[Config], Sink | None], ...] = (open_database, open_object_store)


class RecordedRun:
    """The run that goes on: what is known of it, and where it is written down."""

    def __init__(self, log: RunLog, run: Run) -> None:
        self.run = run
        self.exit_code = 0  # of a run that ends well: its command may have more to say
        self.sinks: tuple[Sink, ...] = ()
        self.untold = False  # whether a database or store has not heard of this run
        self._log = log

    def open(self, config: Config) -> None:
        """Open the database and the store that a config names, and tell them of runs.

        Of this one, and of how those ended of which they could not be told at the time.

        Raises
        ------
        OutputError
            One of them cannot be reached.
        InputError
            One of them is another base's.
        """
        self.untold = True
        owed = self._log.owed()
        for sink in _opened(config):
            self.sinks += (sink,)
            _keep(sink, *owed, self.run)
        self._log.told(owed)
        self.untold = False

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

    def version(self, model_version: str) -> None:
        """Say which model version it was about."""
        self.run = replace(self.run, model_version=model_version)

    def done(self) -> Run:
        """End the run well, now; answers its last line, to be kept with its rows."""
        if self.run.ended_at is None:
            self.run = self.run.end(DONE, self.exit_code)
        return self.run


@contextmanager
def recorded_run(
    config: Config,
    command: str,
    output: Path,
    progress: Progress,
    *,
    into_sinks: bool = True,
) -> Iterator[RecordedRun]:
    """Record what goes on inside the block: begun, then done, failed, refused or interrupted.

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
        if recorded.run.ended_at is None:  # else it was kept with its rows
            recorded.done()
            for sink in recorded.sinks:
                _keep(sink, recorded.run)
        log.end(recorded.run)
    except BaseException as error:
        _record_failure(recorded, log, error, config, progress)
        raise


def recorded_here(
    config: Config, command: str, progress: Progress
) -> AbstractContextManager[RecordedRun]:
    """Record a run in the config's output folder alone: what it makes is in no database or store.

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


def _keep(sink: Sink, *runs: Run) -> None:
    for run in runs:
        sink.keep_run(run)


def _record_failure(
    recorded: RecordedRun, log: RunLog, error: BaseException, config: Config, progress: Progress
) -> None:
    """Record how the run failed; what cannot be written is said, and `error` goes its way."""
    outcome, code = next((o, c) for kind, o, c in ENDS if isinstance(error, kind))
    message = without_secrets(str(error) or type(error).__name__, config)
    run = recorded.run.end(outcome, code, message)
    _try(log.end, run, progress)
    told = [_try(sink.keep_run, run, progress) for sink in recorded.sinks]
    if recorded.untold or not all(told):
        _try(log.owe, run, progress)


def _try(keep: Callable[[Run], None], run: Run, progress: Progress) -> bool:
    """Write the run down; answer whether that could be done, and say why not."""
    try:
        keep(run)
    except OutputError as error:
        progress.say(f"The record of this run is not complete: {error}")
        return False
    return True
