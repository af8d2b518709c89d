"""Readiness as Markdown, the second half of the data report."""

from tiercast.readiness.finding_text import (
    HEADINGS,
    readiness_cells,
    readiness_title,
    remedies,
    verdict,
)
from tiercast.readiness.judgement import Readiness
from tiercast.verbs.data_report_text import markdown_table


def readiness_text(readiness: Readiness) -> str:
    """Return the section as Markdown."""
    rows = [readiness_cells(finding) for finding in readiness.findings]
    points = "\n".join(f"- {line}" for line in remedies(readiness))
    blocks = [
        f"## {readiness_title(readiness)}",
        verdict(readiness),
        markdown_table(HEADINGS, rows),
        points,
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"
