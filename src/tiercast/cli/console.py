"""What a command shows: tables and progress, drawn on a terminal, plain lines elsewhere."""

import datetime as dt
import errno
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from tiercast.cli.json_log import JsonProgress, as_json
from tiercast.config.errors import OutputError
from tiercast.config.progress import Progress

NUMBER = re.compile(r"[-+]?[\d,.]+( ?%)?|-|")
GAP = "  "
NOTHING = "-"
NOTHING_NEW = "nothing new to do"  # all steps of a stage were done by an earlier job

Rows = Sequence[Sequence[str]]


def show_table(title: str, headings: Sequence[str], rows: Rows) -> None:
    """Show rows of text under headings; columns of numbers stand to the right."""
    console = _console()
    right = [all(NUMBER.fullmatch(row[i]) for row in rows) for i in range(len(headings))]
    if not console.is_terminal:
        show_lines(title, *_aligned([headings, *rows], right))
        return
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for i, heading in enumerate(headings):
        one_line = not any(" " in row[i] or "/" in row[i] for row in rows)
        side: JustifyMethod = "right" if right[i] else "left"
        table.add_column(heading, justify=side, overflow="fold", no_wrap=one_line)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def show_lines(*lines: str) -> None:
    """Show lines as they are."""
    with _written("stdout", 1, "what the command did is done, only its words are lost"):
        for line in lines:
            typer.echo(line)


def cell(value: object, number: str = ".4g") -> str:
    """Return a value as text: what isn't there as a dash, a midnight as its day.

    Examples
    --------
    >>> cell(0.123456), cell(1234.5, ",.2f"), cell(float("nan")), cell(dt.datetime(2024, 3, 31))
    ('0.1235', '1,234.50', '-', '2024-03-31')
    """
    if value is None or value != value:
        return NOTHING
    if isinstance(value, dt.datetime):
        return str(value).removesuffix(" 00:00:00")
    return format(value, number) if isinstance(value, float) else str(value)


@contextmanager
def watch() -> Iterator[Progress]:
    """Hand out a progress that draws bars on a terminal's stderr and prints lines elsewhere.

    With `--log-format json` it prints lines of JSON everywhere.
    """
    if as_json():
        machine = JsonProgress()
        yield machine
        machine.finish()
        return
    console = _console(stderr=True)
    if not console.is_terminal:
        lines = PlainProgress()
        yield lines
        lines.finish()
        return
    with _bars(console) as bars:
        drawn = TerminalProgress(bars)
        yield drawn
        drawn.finish()


class TerminalProgress:
    """One bar per stage, with the last step's note; finished stages stay on the screen."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a named stage; ends the one before."""
        self.finish()
        self._bars.add_task(_sentence(name), total=total, note=NOTHING_NEW if total == 0 else "")

    def step(self, note: str = "") -> None:
        """Finish one step of the stage."""
        if self._bars.task_ids:
            self._bars.update(self._bars.task_ids[-1], advance=1, note=note)

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(line)

    def finish(self) -> None:
        """End the last stage."""
        for task in self._bars.tasks[-1:]:
            steps = task.completed or task.total or 1  # a stage may end before its last step
            self._bars.update(task.id, total=steps, completed=steps)
            self._bars.stop_task(task.id)


class _Count(ProgressColumn):
    """Steps done of all, for stages that have steps."""

    def render(self, task: Task) -> Text:
        return MofNCompleteColumn().render(task) if task.total and task.total > 1 else Text("")


class PlainProgress:
    """One line on stderr when a stage begins, and one when it ends."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._steps = 0
        self._note = ""

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a named stage; ends the one before."""
        self.finish()
        self._began, self._steps = time.monotonic(), 0
        self._note = NOTHING_NEW if total == 0 else ""
        _tell(f"{_sentence(name)}{f' ({_steps(total)})' if total else ''} ...")

    def step(self, note: str = "") -> None:
        """Finish one step of the stage."""
        self._steps += 1
        self._note = note or self._note

    def say(self, line: str) -> None:
        """Print a line."""
        _tell(line)

    def finish(self) -> None:
        """End the last stage."""
        if self._began is None:
            return
        took = f"  done in {time.monotonic() - self._began:.1f} s"
        steps = f", {_steps(self._steps)}" if self._steps else ""
        _tell(f"{took}{steps}{f': {self._note}' if self._note else ''}")
        self._began = None


def _tell(line: str) -> None:
    with _written("stderr", 2, "free some space, then run it again"):
        typer.echo(line, err=True)


@contextmanager
def _written(name: str, descriptor: int, rest: str) -> Iterator[None]:
    """Turn what a full disk refuses of a stream into an OutputError; the stream falls silent."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:  # nobody reads any more: typer ends quietly
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)  # else Python tries the same words again when it ends
        os.close(nowhere)
        reason = error.strerror or str(error)
        raise OutputError(f"{name} could not be written: {reason}; {rest}.") from error


def _bars(console: Console) -> Bars:
    return Bars(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        _Count(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
        console=console,
    )


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr, markup=False, highlight=False)


def _steps(count: int) -> str:
    return f"{count} step{'' if count == 1 else 's'}"


def _sentence(name: str) -> str:
    return name[:1].upper() + name[1:]


def _aligned(lines: Rows, right: Sequence[bool]) -> list[str]:
    widths = [max(cell_len(line[i]) for line in lines) for i in range(len(right))]
    return [GAP.join(map(_padded, line, widths, right)).rstrip() for line in lines]


def _padded(cell: str, width: int, is_number: bool) -> str:
    """Return a cell as wide as its column; Chinese characters take two places."""
    room = " " * (width - cell_len(cell))
    return room + cell if is_number else cell + room
