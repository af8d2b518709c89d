"""`tiercast monitor CONFIG`: grades of past scores, and whether the model still fits."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.config.worth import Worth
from tiercast.contract.errors import DataContractError
from tiercast.feature_store.history import History, counted_in, open_history
from tiercast.monitoring.batches import Batch, stored_batches
from tiercast.monitoring.drift import drift
from tiercast.monitoring.ledger import Ledger, keep_ledger
from tiercast.monitoring.monitor_rules import findings, worst
from tiercast.monitoring.order_flow import OrderFlow
from tiercast.monitoring.population import Population
from tiercast.monitoring.record import log, write
from tiercast.monitoring.reference import reference_of
from tiercast.monitoring.result import Monitoring
from tiercast.monitoring.scoring_rhythm import ScoringRhythm
from tiercast.monitoring.signal import MonitoringData
from tiercast.monitoring.track_record import TrackRecord
from tiercast.sinks.recorded_run import RecordedRun, recorded_run
from tiercast.snapshots.activity import CustomerActivity
from tiercast.sources.canonical import CustomerBase

AGAIN = "read the orders again, to count them in {value!t}"


def monitor(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> Monitoring:
    """Grade past scores, hold the newest ones against training, and say what to do.

    Score batches whose horizon has passed by `as_of` are graded into `<output>/ledger/`. The
    newest scores up to that day and their features are compared with the training of the model
    that made them, the orders against those before. The verdict is `fine`, `look` or `retrain`,
    the worst of all findings; limits are those of `monitor:` in the config. It is written to
    `<output>/monitor/as_of=.../`, and to MLflow as a run of its own; grades go to the database
    and the object store that the config names, too. The run is recorded in `<output>/runs/`.

    `as_of` defaults to the day after the last order, seen from which data are never stale: name
    the day that it is to know.

    Raises
    ------
    InputError
        Nothing was scored up to that day, or the data cannot be used.
    OutputError
        The result cannot be written, or the day is being monitored by another run.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("monitor")
    with recorded_run(settings, "monitor", Path(settings.output.path), shown) as recorded:
        found = _looked(settings, as_of, recorded, shown)
        recorded.exit_code = found.exit_code
        shown.stage("keep what was found")
        write(found)
        for sink in recorded.sinks if found.ledger.files else ():
            sink.replace_grades(found.ledger.files)
        log(settings, found)
    return found


def _looked(
    settings: Config, as_of: dt.date | str | None, recorded: RecordedRun, progress: Progress
) -> Monitoring:
    """Monitor with orders counted in the value of the newest scores, whatever the config's is.

    Scores of another value are graded from a reading of the orders of their own.
    """
    progress.stage("read and check the data")
    with open_history(settings, as_of, progress) as history:
        day = history.day
        recorded.claim(day)
        batches = stored_batches(OutputFolder.of(settings), day)
        _check_anything(batches, settings, day)
        values = list(dict.fromkeys(batch.target.worth for batch in reversed(batches)))
        if values == [settings.outlook.worth]:
            return _monitor(history, day, batches, recorded, progress)
    notes = [_graded(settings, value, day, batches, progress) for value in values[1:]]
    progress.stage(Message.of(AGAIN, value=values[0].value))
    with open_history(counted_in(settings, values[0]), day, progress) as history:
        found = _monitor(history, day, batches, recorded, progress)
    return replace(found, notes=(*found.notes, *(note for note in notes if note)))


def _graded(
    settings: Config, worth: Worth, day: dt.date, batches: list[Batch], progress: Progress
) -> str | None:
    """Grade the batches that forecast a value; returns a note where that cannot be counted."""
    progress.stage(Message.of(AGAIN, value=worth.value))
    try:
        with open_history(counted_in(settings, worth), day, progress) as history:
            keep_ledger(history.base, history.activity, batches, day, progress)
    except DataContractError as error:
        days = [str(batch.as_of) for batch in batches if batch.target.worth == worth]
        line = "Scores of {value!t} are not graded ({days}): {error}"
        return Message.of(line, value=worth.value, days=days[-3:], error=str(error))
    return None


def _monitor(
    history: History, day: dt.date, batches: list[Batch], recorded: RecordedRun, progress: Progress
) -> Monitoring:
    """Grade, and hold the newest scores and the orders against what they were."""
    base = history.base
    progress.stage("reduce lines to orders")
    activity = history.activity
    ledger = keep_ledger(base, activity, batches, day, progress)
    progress.stage("hold scores and orders against training")
    newest = batches[-1]
    recorded.set_result(
        rows=newest.customers,
        model_version=newest.model_version,
        data_fingerprint=base.fingerprint(),
    )
    found = _found(base, activity, batches, ledger, day)
    return replace(found, notes=(*history.notes, *found.notes))


def _check_anything(batches: list[Batch], config: Config, day: dt.date) -> None:
    if not batches:
        raise InputError.of(
            "Nothing was scored as of {day} or earlier in {folder}, so there is nothing to "
            "monitor; run `tiercast score CONFIG` first, or use a later as_of.",
            day=day,
            folder=config.output.path,
        )


def _found(
    base: CustomerBase,
    activity: CustomerActivity,
    batches: list[Batch],
    ledger: Ledger,
    day: dt.date,
) -> Monitoring:
    config, batch = base.config, batches[-1]
    reference, note = reference_of(OutputFolder.of(config), batch, batches)
    scoring = ScoringRhythm.of([one.as_of for one in batches], day)
    record = TrackRecord.of(ledger, batch.model_version, batch.horizon_days)
    data = MonitoringData(
        drift(batch, reference),
        Population.of(activity, batch, reference),
        OrderFlow.of(activity, day),
        record,
        config.monitor,
        scoring,
    )
    found = findings(data)
    return Monitoring(
        config.name,
        day,
        batch.as_of,
        batch.model_version,
        reference.as_of,
        worst(found),
        found,
        ledger,
        data.drift,
        data.population,
        data.flow,
        tuple(one for one in (note, _ungraded(record, batch)) if one),
        OutputFolder.of(config).monitoring(day),
        batch.target,
        scoring,
    )


def _ungraded(record: TrackRecord | None, batch: Batch) -> str | None:
    if record is not None:
        return None
    return Message.of(
        "No scores of version {version} have been graded yet: outcomes do not count in this "
        "verdict.",
        version=batch.model_version,
    )
