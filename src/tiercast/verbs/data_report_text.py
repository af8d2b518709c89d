"""The data report in text: rows read, what each rule found, what was done, and readiness."""

from tiercast.config.message import Message
from tiercast.config.text_table import TextTable
from tiercast.contract.report import DataReport
from tiercast.readiness.finding_text import readiness_table, remedies, verdict
from tiercast.readiness.judgement import Readiness

TABLES = {
    "Table": "{table}",
    "Source": "{source}",
    "Rows": "{rows_read:,}",
    "Used": "{rows_used:,}",
    "Quarantined": "{rows_quarantined:,}",
    "Money quarantined": "{money_quarantined:.1%}",
    "Customers": "{customers:,}",
    "First": "{first:%Y-%m-%d}",
    "Last": "{last:%Y-%m-%d}",
}
FINDINGS = {
    "Table": "{table}",
    "Rule": "{rule}",
    "Column": "{column}",
    "Rows": "{rows:,}",
    "Action": "{handling!t}",
    "Examples": "{examples}",
    "Remedy": "{remedy!t}",
}


def data_report_text(report: DataReport) -> str:
    """Return the whole report as Markdown."""
    found = findings_table(report)
    blocks = [
        f"# Data report: {report.name}",
        tables_table(report).markdown(),
        zero_orders(report) if report.has("transactions") else "",
        time_zone(report),
        f"## {found.title}",
        found.markdown() if found.rows else "Nothing: every row passes every rule.",
        passed_rules(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def readiness_text(readiness: Readiness) -> str:
    """Return the section on readiness as Markdown."""
    table = readiness_table(readiness)
    points = "\n".join(f"- {line}" for line in remedies(readiness))
    blocks = [f"## {table.title}", verdict(readiness), table.markdown(), points]
    return "\n\n".join(block for block in blocks if block) + "\n"


def tables_table(report: DataReport, *left_out: str) -> TextTable:
    """Return each table's size and span, without some headings."""
    columns = {heading: form for heading, form in TABLES.items() if heading not in left_out}
    return TextTable.of(Message.of("Data of {name}", name=report.name), columns, report.tables)


def findings_table(report: DataReport, *left_out: str) -> TextTable:
    """Return what each rule found that some row breaks, without some headings."""
    columns = {heading: form for heading, form in FINDINGS.items() if heading not in left_out}
    rows = [vars(f) | {"examples": ", ".join(f.examples)} for f in report.findings if f.rows]
    return TextTable.of("What the rules found", columns, rows)


def time_zone(report: DataReport) -> str:
    """Return a sentence on the time zone whose days are counted."""
    return Message.of(
        "Days are those of {zone} (`timezone`): times with an offset are converted into it, times "
        "without one are taken as its own.",
        zone=report.timezone,
    )


def zero_orders(report: DataReport) -> str:
    """Return a sentence on orders that net to zero."""
    return Message.of("Orders that net to zero: {count:,}.", count=report.zero_orders)


def passed_rules(report: DataReport) -> str:
    """Return a sentence naming the rules that every row passes."""
    names = [f"{finding.table}.{finding.rule}" for finding in report.findings if not finding.rows]
    return Message.of("Passed by every row: {names}.", names=names) if names else ""
