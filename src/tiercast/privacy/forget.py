"""`tiercast forget`: erases a customer everywhere, proves it by a search, and notes it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from tiercast.alerting.alert import alert_key
from tiercast.artifacts.output_folder import DAY, OutputFolder
from tiercast.artifacts.owner import refuse_other_base
from tiercast.artifacts.run_log import RunLog
from tiercast.config.errors import InputError, OutputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.privacy.copies import database_copy, publish_again
from tiercast.privacy.erasures import ErasureNote, erase_place
from tiercast.privacy.everywhere import DATABASE, Found, SourceRows, search_everywhere, source_rows
from tiercast.privacy.places import ELSEWHERE, PLACES
from tiercast.privacy.trace import Trace
from tiercast.sinks.recorded_run import RecordedRun, recorded_here
from tiercast.snapshots.cutoffs import as_day
from tiercast.sources.erased import ID_COLUMNS
from tiercast.tracking.store import shown, store_uri

READERS = ("report", "verify", "churn-definition")  # they write no rows of customers
LEFT = 1  # exit code if something is left
VERSION = "model_version="


@dataclass(frozen=True)
class Searched:
    """A place: how many files (tables) were searched, named the customer, and still do."""

    place: str
    searched: int
    found: int
    left: int


@dataclass(frozen=True)
class ForgetResult:
    """What was searched, found and is left, and the note.

    `left` names files and tables that still name the customer. `sources` are the user's own,
    which are never changed, `models` the versions that may have learned from the customer, which
    are not rewritten, and `unsearched` places that cannot be searched from here.
    """

    as_of: dt.date
    places: tuple[Searched, ...]
    left: tuple[str, ...]
    sources: tuple[SourceRows, ...]
    models: tuple[str, ...]
    unsearched: tuple[str, ...]
    note: Path

    @property
    def is_erased(self) -> bool:
        """Whether the search afterwards found nothing."""
        return not self.left


def forget(
    config: Config | str | Path,
    customer_id: int | str,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> ForgetResult:
    """Erase a customer from every place of the registry, then search all of them again.

    Each file, dataset and database changes whole or not at all; what an interrupted run left, the
    next one finishes. First the salted hash of the id is noted in `<output>/erasures/`: from then
    on rows of the customer in the sources are excluded, whoever reads them. The note is of
    `as_of` (default: the newest scored day).

    Raises
    ------
    InputError
        The customer stands nowhere, the folder is another base's, or there is no day to note.
    OutputError
        Another job is at work in the output folder, or a place cannot be written.
    """
    settings, watched = load_config(config), progress or Silent()
    output = OutputFolder.of(settings)
    refuse_other_base(output.path, settings.name)
    day = as_day(as_of) or _scored_day(output)
    with recorded_here(settings, "forget", watched) as recorded:
        recorded.claim(day)
        refuse_at_work(recorded, output)
        trace = trace_of(settings, output, str(customer_id))
        found = _Erasure(settings, output, trace, day).run(watched)
        recorded.exit_code = 0 if found.is_erased else LEFT
    return found


def _scored_day(output: OutputFolder) -> dt.date:
    if not output.scored_dates():
        none = (
            "{folder} holds no scores, which would date the erasure; name its day: `--as-of DAY`."
        )
        raise InputError.of(none, folder=output)
    return output.scored_day()


def refuse_at_work(recorded: RecordedRun, output: OutputFolder) -> None:
    """Refuse to erase while another job may write rows of customers.

    Raises
    ------
    OutputError
        Such a job is at work in the output folder.
    """
    for run in RunLog(output.path).at_work(recorded.run):
        if run.command not in READERS:
            raise OutputError(
                f"{run.command} is at work in {output} (run {run.id}) and may write the customer "
                "again; wait until it ends, or stop it, then run this again."
            )


def trace_of(settings: Config, output: OutputFolder, customer_id: str) -> Trace:
    """Return how the customer is written: in own columns, as keys of alerts, as a pseudonym."""
    own = {
        source.columns[name]
        for source in settings.sources.values()
        for name in ID_COLUMNS
        if name in source.columns
    }
    ids: list[int | str] = [customer_id]
    if Trace(customer_id).is_number:
        ids.append(int(customer_id))
    sent = sorted(output.path.glob(f"alerts/{DAY}*/sent"))
    days = [dt.date.fromisoformat(folder.parent.name.removeprefix(DAY)) for folder in sent]
    keys = [
        alert_key(settings.name, day, one, rule.name)
        for day in days
        for rule in settings.alert_rules
        for one in ids
    ]
    if settings.report.id_key is not None:
        keys.append(settings.report.pseudonym(customer_id))
    return Trace(customer_id, sorted(own), keys)


@dataclass(frozen=True)
class _Erasure:
    settings: Config
    output: OutputFolder
    trace: Trace
    day: dt.date

    def run(self, progress: Progress) -> ForgetResult:
        """Search, note, erase, search again, and complete the note."""
        progress.stage("search sources, files and tables")
        sources = tuple(source_rows(self.settings, self.trace.customer_id))
        database = database_copy(self.settings, self.trace)
        before = search_everywhere(self.settings, self.trace, database)
        note = ErasureNote.of(self.output, self.trace.customer_id)
        if not (before or any(one.rows for one in sources) or note.is_written):
            nowhere = "No source and no result of {name} names this customer; check the id."
            raise InputError.of(nowhere, name=self.settings.name)
        note.write(self.day, state="begun", results={})
        progress.stage("erase the customer")
        for place in PLACES:
            erase_place(place, before.files.get(place.name, ()), self.settings, self.trace)
        if database is not None:
            database.erase()
        _, strange = publish_again(self.settings)
        progress.stage("search again")
        after = search_everywhere(self.settings, self.trace, database)
        found = ForgetResult(
            self.day,
            tuple(_searched(before, after)),
            (*(str(path) for hits in after.files.values() for path in hits), *after.tables),
            sources,
            tuple(self._models()),
            (*self._unsearched(), *strange),
            note.path,
        )
        note.write(self.day, state="done" if found.is_erased else "left", results=_noted(found))
        return found

    def _models(self) -> Iterator[str]:
        """Yield the versions that were trained here before the erasure."""
        for folder in sorted(self.output.path.glob(f"evaluation/{VERSION}*")):
            yield folder.name.removeprefix(VERSION)

    def _unsearched(self) -> Iterator[str]:
        if not store_uri().startswith("sqlite:///"):
            yield f"MLflow {shown(store_uri())}"
        yield from (s.name for s in self.settings.alerts.sinks if s.kind == "webhook")


def _searched(before: Found, after: Found) -> Iterator[Searched]:
    for name in (*(place.name for place in PLACES), ELSEWHERE.name, DATABASE):
        searched = max(before.searched.get(name, 0), after.searched.get(name, 0))
        if searched:
            yield Searched(name, searched, before.count(name), after.count(name))


def _noted(found: ForgetResult) -> dict[str, object]:
    """Return what the note says of the result: counts, and no name of a file that holds an id."""
    return {
        "places": [asdict(one) for one in found.places],
        "left": len(found.left),
        "sources": [asdict(one) for one in found.sources],
        "models": list(found.models),
        "unsearched": list(found.unsearched),
    }
