"""Notes on files beside their rows: lines that are no data, the encoding, other sheets.

A reader returns them with the rows, for the data report and for `init`: no line is left out of a
file without a note.
"""

from dataclasses import dataclass
from pathlib import PurePath

from tiercast.config.message import Message
from tiercast.contract.report import RuleFinding

IGNORED, READ = "ignored", "kept"
EXAMPLES = 3
LONGEST = 60


@dataclass(frozen=True)
class FileNote:
    """One note on one file; `rows` is the number of lines or rows concerned."""

    file: str
    rule: str
    rows: int
    outcome: str
    handling: str
    remedy: str
    examples: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The note as one line, for `init`."""
        shown = Message.of(" (such as {examples})", examples=self.examples)
        return Message.of(
            "{note.file}: {note.handling!t}: {note.rows:,} rows{shown}; {note.remedy!t}.",
            note=self,
            shown=shown if self.examples else "",
        )

    def finding(self, table: str) -> RuleFinding:
        """Return the note as a line of the data report."""
        return RuleFinding(
            table=table,
            rule=self.rule,
            column=PurePath(self.file).name,
            rows=self.rows,
            outcome=self.outcome,
            handling=self.handling,
            remedy=self.remedy,
            examples=self.examples,
        )


def examples(texts: list[str]) -> tuple[str, ...]:
    """Return the first few texts, each short and in quotes."""
    short = (text if len(text) <= LONGEST else f"{text[:LONGEST]}..." for text in texts)
    return tuple(map(repr, list(short)[:EXAMPLES]))


def left_out(
    file: str, above: list[str], below: list[str], repeats: int = 0
) -> tuple[FileNote, ...]:
    """Return notes on the lines of a file that are no data: titles, totals, repeated headers."""
    found = (
        ("lines_above_header", "lines above the header, not read", len(above), examples(above)),
        ("lines_below_table", "lines below the table, not read", len(below), examples(below)),
        ("repeated_header", "the header again, not read", repeats, ()),
    )
    return tuple(
        FileNote(file, rule, rows, IGNORED, how, "nothing to do", shown)
        for rule, how, rows, shown in found
        if rows
    )
