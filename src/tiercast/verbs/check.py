"""`tiercast check CONFIG`: whether the data is fit to use and ready to train, and bad rows."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.text_file import to_json
from tiercast.config.kind import EXPERIMENT
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.plugins import described
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.contract.report import DataReport, RuleFinding, TableSummary
from tiercast.contract.tables import TABLES
from tiercast.feature_store.history import History, open_history
from tiercast.features.left_out import left_out
from tiercast.readiness.facts import measure
from tiercast.readiness.judgement import Readiness, judge, judge_with
from tiercast.readiness.label_facts import LabelTableFacts
from tiercast.readiness.label_rules import LABEL_RULES
from tiercast.sinks.recorded_run import RecordedRun, recorded_here
from tiercast.snapshots.history import history as before
from tiercast.sources.canonical import CustomerBase
from tiercast.verbs.data_report_text import data_report_text, readiness_text
from tiercast.verbs.playbook_text import playbook_text

if TYPE_CHECKING:
    from tiercast.scoring.reach import Reach

REPORT_NAME = "data_report"
READINESS_NAME = "readiness.json"
QUARANTINE = "quarantine"
BAD_INPUT = 2  # exit code if a training would be refused


@dataclass(frozen=True)
class CheckResult:
    """The data report, whether the data is ready for a training, and the plays in order."""

    data: DataReport
    readiness: Readiness
    playbook: "tuple[Reach, ...]" = ()


def check(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> CheckResult:
    """Screen a base and its playbook, judge whether it is ready to train, and write the reports.

    Of a base of contacts alone it judges whether its campaigns can be measured.

    Writes to `<output>/check/`: `data_report.json`, `readiness.json`, both as text in
    `data_report.md`, and for each table with rows that break a rule
    `quarantine/<table>.parquet`, with the values of the source. With `as_of` (for readiness by
    default the day after the last order), the rows at or after it are counted: they do not exist
    for a job of that day.

    Raises
    ------
    ConfigError
        A row of a plugin is invalid.
    DataContractError
        A source cannot be used at all.
    InputError
        `as_of` is not after the first order, the output folder is another base's, or an alert
        rule or a play names a column that there is not.
    """
    settings, progress = load_config(config), progress or Silent()
    settings.kind.refuse("check")
    if settings.plugins:
        _check_plugins(settings.plugins)
        for name in settings.plugins:
            progress.say(described(name))
    with recorded_here(settings, "check", progress) as recorded:
        found = _checked(settings, as_of, recorded, progress)
        recorded.exit_code = BAD_INPUT if found.readiness.errors else 0
    return found


def _check_plugins(plugins: Sequence[str]) -> None:
    # Imported here: models and contenders take long to import, and most bases have no plugin.
    from tiercast.backtesting.contenders import contenders_of
    from tiercast.features.plugins import own_features
    from tiercast.features.registry import CATALOGUE
    from tiercast.modeling.member import members_of
    from tiercast.modeling.plugin_metrics import metrics_of

    own_features(plugins, [feature.name for feature in CATALOGUE])
    for rows_of_plugins in (metrics_of, members_of, contenders_of):
        rows_of_plugins(plugins)


def _checked(
    settings: Config, as_of: dt.date | str | None, recorded: RecordedRun, progress: Progress
) -> CheckResult:
    progress.stage("read and check the data")
    with open_history(settings, as_of, progress) as history:
        base = history.base
        report = base.report
        day = history.requested
        if day is not None and settings.kind.has_dates and settings.kind.has_orders:
            report = replace(report, findings=(*report.findings, *_future(history, day)))
        recorded.claim(day or base.observed_until)
        plays: tuple[Reach, ...] = ()
        measures = settings.kind is EXPERIMENT
        progress.stage(
            "judge whether campaigns can be measured"
            if measures
            else "judge whether it is ready to train"
        )
        if measures:
            readiness = _checked_campaigns(history)
        elif not settings.kind.has_dates:
            readiness, plays = _checked_labels(history)
        else:
            readiness = judge(measure(base, history.activity, day or base.observed_until))
            plays = _checked_plays(history, day or base.observed_until)
        progress.stage("write the data report")
        found = CheckResult(report, readiness, plays)
        _write(base, found, OutputFolder.of(settings).check)
    return found


def _checked_labels(history: History) -> "tuple[Readiness, tuple[Reach, ...]]":
    """Return whether a label table is ready to train, and the plays in order."""
    # Imported here: what trains and scores takes long to import.
    from tiercast.scoring.label_inputs import check_label_rules
    from tiercast.scoring.reach import reaches
    from tiercast.training.label_panel import LabelPanel

    base, day, config = history.base, history.day, history.base.config
    panel = LabelPanel.of(base, day)
    rows = panel.columns.rows(base.lead, day).schema().to_pyarrow()
    check_label_rules(config, panel.columns, rows)
    facts = LabelTableFacts.of(base, panel.rows, day)
    return judge_with(LABEL_RULES, facts, day), reaches(config.plays, config.tiers.names)


def _checked_campaigns(history: History) -> Readiness:
    """Return whether the campaigns of a base of contacts alone can be measured."""
    # Imported here: what measures campaigns takes long to import.
    from tiercast.campaigns.experiment_facts import ExperimentFacts
    from tiercast.campaigns.experiment_rules import EXPERIMENT_RULES

    base = history.base
    day = history.requested or base.observed_until
    return judge_with(EXPERIMENT_RULES, ExperimentFacts.of(base), day, "measure")


def _checked_plays(history: History, as_of: dt.date) -> "tuple[Reach, ...]":
    # Imported here: what scores takes long to import.
    from tiercast.scoring.reach import reaches
    from tiercast.scoring.watch import watch
    from tiercast.verbs.features import setting_of

    config, setting = history.base.config, setting_of(history, as_of)
    left_out(history.activity, setting, config.features.without, config.protected)
    plays, tiers = config.plays, config.tiers.names
    watch(config.alert_rules, plays, tiers, setting, history.activity, as_of)
    return reaches(plays, tiers)


def _future(history: History, as_of: dt.date) -> list[RuleFinding]:
    base = history.base
    times = {name: TABLES[name].time_of(table.columns) for name, table in base.tables.items()}
    known = {
        name: before(base.tables[name], time, [as_of]).count()
        for name, time in times.items()
        if time is not None
    }
    # Not all order lines may have been read, but the orders count all of them.
    known["transactions"] = before(history.activity.orders, "ordered_at", [as_of]).lines.sum()
    return [
        _later(base.report.table(name), str(times[name]), rows, as_of)
        for name, rows in known.items()
    ]


def _later(
    summary: TableSummary, time: str, known: ir.IntegerScalar, as_of: dt.date
) -> RuleFinding:
    later = summary.rows_used - int(known.fill_null(0).execute())
    return RuleFinding(
        table=summary.table,
        rule="future",
        column=time,
        rows=later,
        outcome="ignored",
        handling=Message.of("do not exist at as_of={as_of}", as_of=as_of),
        remedy="nothing to do",
        examples=(repr(str(summary.last)),) if later else (),
    )


def _write(base: CustomerBase, found: CheckResult, folder: Path) -> None:
    with staged_folder(folder) as staging, writing(folder):
        content = to_json(asdict(found.data))
        (staging / f"{REPORT_NAME}.json").write_text(content, encoding="utf-8")
        judged = to_json({"state": found.readiness.state, **asdict(found.readiness)})
        (staging / READINESS_NAME).write_text(judged, encoding="utf-8")
        text = "\n".join(
            (
                data_report_text(found.data),
                readiness_text(found.readiness),
                playbook_text(found.playbook),
            )
        )
        (staging / f"{REPORT_NAME}.md").write_text(text, encoding="utf-8")
        for name, bad in base.quarantine.items():
            if found.data.table(name).rows_quarantined:
                (staging / QUARANTINE).mkdir(exist_ok=True)
                bad.to_parquet(staging / QUARANTINE / f"{name}.parquet")
