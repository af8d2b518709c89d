"""`tiercast alerts`: delivers the alerts of a scored day to the sinks of the config."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiercast.alerting.alert import RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.alerting.table_sink import write_table
from tiercast.alerting.webhook import post_all
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import whole_file, writing
from tiercast.config.alerts import SinkConfig
from tiercast.config.errors import InputError, OutputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.sinks.recorded_run import RecordedRun, recorded_run

ALERTS_FILE = "alerts.jsonl"


ALERTS = "alerts"


@dataclass(frozen=True)
class AlertsResult:
    """The alerts of a day by rule, and their delivery to each sink."""

    as_of: dt.date
    raised: Mapping[str, int]
    deliveries: tuple[Delivery, ...]


def alerts(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> AlertsResult:
    """Deliver the alerts of a scored day (default: the last one), each once.

    A file (`<output>/alerts/as_of=.../alerts.jsonl`) and the table of a database hold the day's
    alerts whatever was there before. A webhook gets each alert once: the ones that arrived are
    recorded, so that another run continues where one stopped, and a second sends nothing.

    Raises
    ------
    InputError
        The day was not scored, its alerts are of changes since scores of another horizon or
        value, or a sink needs a database that the config does not name.
    OutputError
        A sink failed, and the others are done; run it again to continue.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("alerts")
    output = OutputFolder.of(settings)
    _check_table(settings)
    day = output.scored_day(as_of)
    _check_previous(output, day)
    meanings = {rule.name: rule.meaning for rule in settings.alert_rules}
    raised = RaisedAlerts(output, settings.name, day, meanings)
    with recorded_run(settings, ALERTS, output.path, shown, into_sinks=False) as recorded:
        recorded.claim(day)
        counts = raised.counts()
        _record(recorded, output, day, sum(counts.values()))
        deliveries = []
        for sink in settings.alerts.sinks:
            shown.stage(Message.of("alerts to {sink}", sink=sink.name))
            deliveries.append(_deliver(sink, raised, settings))
            shown.say(deliveries[-1].describe())
        failed = [
            f"{delivery.describe().rstrip('.')}." for delivery in deliveries if delivery.error
        ]
        if failed:
            raise OutputError(
                f"Not all alerts of {day} were delivered. {' '.join(failed)} What arrived is "
                "recorded: run `tiercast alerts CONFIG` again to continue."
            )
    return AlertsResult(day, counts, tuple(deliveries))


def _deliver(sink: SinkConfig, raised: RaisedAlerts, config: Config) -> Delivery:
    """Deliver to a sink; a failure is returned, so that the others still get theirs."""
    folder = raised.output.alerts(raised.as_of)
    try:
        if sink.kind == "file":
            return write_file(sink.name, raised, folder)
        if sink.kind == "table":
            return write_table(sink.name, raised, config)
        return post_all(sink, raised, folder)
    except OutputError as error:
        return Delivery(sink.name, 0, error=str(error))


def _check_table(config: Config) -> None:
    kinds = [sink.kind for sink in config.alerts.sinks]
    if "table" in kinds and config.output.connection is None:
        raise InputError(
            "`alerts.sinks` names a table, but `output.connection` names no database; name one, "
            "or leave the table out."
        )


def _check_previous(output: OutputFolder, day: dt.date) -> None:
    previous = output.previous_of_other_target(day)
    if previous is not None:
        before, target = previous
        ours = output.target(day)
        raise InputError(
            f"Alerts report changes, but those of {day} (scores of {ours}) were counted from "
            f"{before}, whose scores forecast {target}; score {day} again."
        )


def _record(recorded: RecordedRun, output: OutputFolder, day: dt.date, rows: int) -> None:
    manifest = output.manifest(day)
    recorded.set_result(
        rows=rows,
        model_version=str(manifest["model"]["version"]),
        data_fingerprint=manifest["data"]["fingerprint"],
    )


def write_file(sink: str, raised: RaisedAlerts, folder: Path) -> Delivery:
    """Write the day's alerts, one a line; a reader sees the old file or the new one.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old file is still there.
    """
    path = folder / ALERTS_FILE
    count = 0
    with (
        writing(path),
        whole_file(path) as aside,
        aside.open("w", encoding="utf-8", newline="\n") as file,
    ):
        for alert in raised:
            file.write(f"{alert.to_json()}\n")
            count += 1
    return Delivery(sink, count)
