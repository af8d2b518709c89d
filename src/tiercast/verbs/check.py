"""`tiercast check CONFIG`: is the data fit to use, and which rows are not?"""

import datetime as dt
from dataclasses import asdict, replace
from pathlib import Path

import ibis.expr.types as ir

from tiercast.artifacts.staging import staged_folder
from tiercast.artifacts.text_file import to_json, writing
from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.contract.report import DataReport, RuleFinding, TableSummary
from tiercast.contract.tables import TABLES
from tiercast.snapshots.cutoffs import as_day, check_as_of
from tiercast.snapshots.history import history
from tiercast.sources.canonical import CustomerBase, open_base
from tiercast.verbs.data_report_text import data_report_text

CHECK_FOLDER = "check"
REPORT_NAME = "data_report"
QUARANTINE = "quarantine"


def check(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> DataReport:
    """Screen a customer base and write what was found.

    Leaves in `<output>/check/`: `data_report.json`, `data_report.md`, and for each table with
    rows that break a rule `quarantine/<table>.parquet`, as the source had them. With `as_of`,
    the rows that lie at or after it are counted: they do not exist for a job of that day.

    Raises
    ------
    DataContractError
        A source cannot be used at all.
    InputError
        `as_of` is not after the first order.
    """
    settings = load_config(config)
    tell = progress or Silent()
    tell.stage("read and check the data")
    with open_base(settings) as base:
        report = base.report
        if (day := as_day(as_of)) is not None:
            check_as_of(day, base.first_day)
            report = replace(report, findings=(*report.findings, *_future(base, day)))
        tell.stage("write the data report")
        _write(base, report, check_folder(settings))
    return report


def check_folder(config: Config) -> Path:
    """Answer where `check` leaves its report and the rows put aside."""
    return Path(config.output.path) / CHECK_FOLDER


def _future(base: CustomerBase, as_of: dt.date) -> list[RuleFinding]:
    return [
        _later(table, base.report.table(name), time, as_of)
        for name, table in base.tables.items()
        if (time := TABLES[name].time) is not None
    ]


def _later(table: ir.Table, summary: TableSummary, time: str, as_of: dt.date) -> RuleFinding:
    later = summary.rows_used - int(history(table, time, [as_of]).count().execute())
    return RuleFinding(
        table=summary.table,
        rule="future",
        column=time,
        rows=later,
        outcome="ignored",
        handling=f"do not exist at as_of={as_of}",
        remedy="nothing to do",
        examples=(repr(str(summary.last)),) if later else (),
    )


def _write(base: CustomerBase, report: DataReport, folder: Path) -> None:
    with staged_folder(folder) as staging, writing(folder):
        content = to_json(asdict(report))
        (staging / f"{REPORT_NAME}.json").write_text(content, encoding="utf-8")
        text = data_report_text(report)
        (staging / f"{REPORT_NAME}.md").write_text(text, encoding="utf-8")
        for name, bad in base.quarantine.items():
            if report.table(name).rows_quarantined:
                (staging / QUARANTINE).mkdir(exist_ok=True)
                bad.to_parquet(staging / QUARANTINE / f"{name}.parquet")
