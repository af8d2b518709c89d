"""`tiercast alerts`: the alerts of a scored day to where the config wants them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tiercast.alerting.alert import RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.alerting.file_sink import write_file
from tiercast.alerting.table_sink import write_table
from tiercast.alerting.webhook import post_all
from tiercast.artifacts.scored_days import day_folder, manifest_of, scored_day, scores_folder
from tiercast.artifacts.targets import previous_apart, target_of
from tiercast.config.alerts import SinkConfig
from tiercast.config.errors import InputError, OutputError
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.sinks.recorded_run import RecordedRun, recorded_run

ALERTS = "alerts"


@dataclass(frozen=True)
class AlertsResult:
    """The alerts of a day by rule, and what became of them at each sink."""

    as_of: dt.date
    raised: Mapping[str, int]
    deliveries: tuple[Delivery, ...]


def alerts(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> AlertsResult:
    """Deliver the alerts that a scoring raised (default: the last one's), each once.

    A file (`<output>/alerts/as_of=.../alerts.jsonl`) and the table of a database hold the day's
    alerts whatever was there before. A webhook is sent each alert once: what arrived is
    remembered, so that another run goes on where one stopped, and a second sends nothing.

    Raises
    ------
    InputError
        The day was not scored, its alerts are of changes since scores of another horizon or
        value, or a sink needs a database that the config does not name.
    OutputError
        A sink failed, the others being done; run it again to go on.
    """
    settings, shown = load_config(config), progress or Silent()
    output = Path(settings.output.path)
    _check_table(settings)
    day = scored_day(output, as_of)
    _check_previous(output, day)
    meanings = {rule.name: rule.meaning for rule in settings.alert_rules}
    raised = RaisedAlerts(output, settings.name, day, meanings)
    with recorded_run(settings, ALERTS, output, shown, into_sinks=False) as recorded:
        recorded.claim(day)
        counts = raised.counts()
        _tell(recorded, output, day, sum(counts.values()))
        deliveries = []
        for sink in settings.alerts.sinks:
            shown.stage(f"alerts to {sink.name}")
            deliveries.append(_deliver(sink, raised, settings))
            shown.say(deliveries[-1].told())
        failed = [f"{delivery.told().rstrip('.')}." for delivery in deliveries if delivery.error]
        if failed:
            raise OutputError(
                f"Not all alerts of {day} were delivered. {' '.join(failed)} What arrived is "
                "remembered: run `tiercast alerts CONFIG` again to go on."
            )
    return AlertsResult(day, counts, tuple(deliveries))


def _deliver(sink: SinkConfig, raised: RaisedAlerts, config: Config) -> Delivery:
    """Deliver to a sink; one that fails does not keep the others from theirs."""
    folder = day_folder(raised.output / ALERTS, raised.as_of)
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


def _check_previous(output: Path, day: dt.date) -> None:
    found = previous_apart(output, day)
    if found is not None:
        before, target = found
        ours = target_of(output, day)
        raise InputError(
            f"Alerts tell of changes, but those of {day} (scores of {ours}) were counted from "
            f"{before}, whose scores forecast {target}; score {day} again."
        )


def _tell(recorded: RecordedRun, output: Path, day: dt.date, rows: int) -> None:
    told = manifest_of(scores_folder(output, day))
    recorded.found(
        rows=rows,
        model_version=str(told["model"]["version"]),
        data_fingerprint=told["data"]["fingerprint"],
    )
