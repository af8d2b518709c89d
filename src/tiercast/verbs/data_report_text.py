"""The data report as Markdown: what came in, what each rule found, what was done."""

from collections.abc import Iterable, Sequence

from tiercast.contract.report import DataReport, RuleFinding, TableSummary

TABLE_HEADINGS = (
    "table",
    "source",
    "rows",
    "used",
    "bad",
    "bad money",
    "customers",
    "first",
    "last",
)
FINDING_HEADINGS = ("table", "rule", "column", "rows", "what is done", "examples", "remedy")
NEVER = "-"


def data_report_text(report: DataReport) -> str:
    """Return the whole report as Markdown."""
    found = [finding_cells(finding) for finding in report.findings if finding.rows]
    blocks = [
        f"# Data report: {report.name}",
        markdown_table(TABLE_HEADINGS, [table_cells(summary) for summary in report.tables]),
        f"Orders that net to zero: {report.zero_orders:,}.",
        whose_days(report),
        "## What the rules found",
        markdown_table(FINDING_HEADINGS, found)
        if found
        else "Nothing: every row keeps every rule.",
        kept_rules(report),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def table_cells(summary: TableSummary) -> tuple[str, ...]:
    """Return one table's size and span as text, under `TABLE_HEADINGS`."""
    return (
        summary.table,
        summary.source,
        f"{summary.rows_read:,}",
        f"{summary.rows_used:,}",
        f"{summary.rows_quarantined:,}",
        NEVER if summary.money_quarantined is None else f"{summary.money_quarantined:.1%}",
        f"{summary.customers:,}",
        str(summary.first.date()) if summary.first else NEVER,
        str(summary.last.date()) if summary.last else NEVER,
    )


def finding_cells(finding: RuleFinding) -> tuple[str, ...]:
    """Return one finding as text, under `FINDING_HEADINGS`."""
    return (
        finding.table,
        finding.rule,
        finding.column,
        f"{finding.rows:,}",
        finding.handling,
        ", ".join(finding.examples),
        finding.remedy,
    )


def whose_days(report: DataReport) -> str:
    """Return a sentence on the zone whose days are counted."""
    return (
        f"Days are those of {report.timezone} (`timezone`): times with an offset are converted "
        "into it, times without one are taken as its own."
    )


def kept_rules(report: DataReport) -> str:
    """Return a sentence naming the rules that no row breaks."""
    kept = [f"{finding.table}.{finding.rule}" for finding in report.findings if not finding.rows]
    return f"Kept by every row: {', '.join(kept)}." if kept else ""


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text as a table in Markdown."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
