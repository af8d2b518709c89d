"""Output of commands: what they show and their progress, plain lines off a terminal."""

import errno
import json
import os
import re
import shlex
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import TYPE_CHECKING

import typer
from rich.console import Console
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
from rich.text import Text

from tiercast.cli.drawn_table import aligned, drawn
from tiercast.cli.json_log import JsonProgress, as_json
from tiercast.config.errors import OutputError
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.reporting.messages import MessageCatalogue

NOTHING_NEW = "nothing new to do"  # all steps of a stage were done by an earlier job
AS_ROWS: ContextVar[bool] = ContextVar("as_rows", default=False)  # `--json`
QUIET: ContextVar[bool] = ContextVar("quiet", default=False)  # `--quiet`
# The reader's words; None before a command knows its language: texts as they are.
WORDS: ContextVar["MessageCatalogue | None"] = ContextVar("words", default=None)
# The config that the command was given; texts that name a command name it for CONFIG.
GIVEN: ContextVar[str | None] = ContextVar("given", default=None)
PLACEHOLDER = re.compile(r"(?<=tiercast )([\w-]+) CONFIG\b")


def show(*parts: TextTable | str) -> None:
    """Show tables under their titles and lines in the reader's language.

    With `--json` each is an object, the same in every language.
    """
    with _written("stdout", 1, "the command did its work, only its output is lost"):
        for part in parts:
            if AS_ROWS.get():
                _show_object(part)
            elif isinstance(part, str):
                typer.echo(translate(part))
            else:
                _show_table(part.translated(translate))


def show_rows(rows: Iterable[Mapping[str, object]]) -> None:
    """Show rows as JSON, one object a line."""
    with _written("stdout", 1, "the command did its work, only its output is lost"):
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False, allow_nan=False))


def translate(text: str) -> str:
    """Return a text in the reader's language; the commands that it names are ready to run."""
    words = WORDS.get()
    return with_config(text if words is None else words.translate(text))


def forget() -> None:
    """Let the next command of this process find neither language nor config."""
    WORDS.set(None)
    GIVEN.set(None)


def with_config(text: str) -> str:
    """Return a text whose commands name the config that this one was given.

    Examples
    --------
    >>> with_config("Run `tiercast init DATAFILE` first.")
    'Run `tiercast init DATAFILE` first.'
    """
    given = GIVEN.get()
    if given is None:
        return text
    return PLACEHOLDER.sub(lambda found: f"{found[1]} {shlex.quote(given)}", text)


def _show_table(table: TextTable) -> None:
    console = _console()
    if console.is_terminal:
        console.print(drawn(table))
    else:
        typer.echo("\n".join([table.title, *aligned(table)]))


def _show_object(part: TextTable | str) -> None:
    """Show a table's title and rows, or a line that is not blank, as one object of JSON."""
    shown = part.as_rows() if isinstance(part, TextTable) else {"text": with_config(part)}
    if part:
        typer.echo(json.dumps(shown, ensure_ascii=False))


@contextmanager
def watch() -> Iterator[Progress]:
    """Yield a progress that draws bars on a terminal's stderr and prints lines elsewhere.

    With `--log-format json` it prints lines of JSON everywhere, with `--quiet` nothing.
    """
    if QUIET.get():
        yield Silent()
        return
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
        note = translate(NOTHING_NEW) if total == 0 else ""
        self._bars.add_task(_sentence(translate(name)), total=total, note=note)

    def step(self, note: str = "") -> None:
        """Finish one step of the stage."""
        if self._bars.task_ids:
            self._bars.update(self._bars.task_ids[-1], advance=1, note=translate(note))

    def say(self, line: str) -> None:
        """Print a line above the bars."""
        self._bars.console.print(translate(line))

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


class _Left(ProgressColumn):
    """The time left, for stages whose steps have been timed."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        left = None if task.finished else task.time_remaining
        if not left:
            return Text("")
        return Text(translate(Message.of("{time} left", time=_clock(left))), style="cyan")


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
        shown = _sentence(translate(name))
        if total:
            shown = translate(Message.of("{stage} ({steps})", stage=shown, steps=_steps(total)))
        _print(f"{shown} ...")

    def step(self, note: str = "") -> None:
        """Finish one step of the stage."""
        self._steps += 1
        self._note = note or self._note

    def say(self, line: str) -> None:
        """Print a line."""
        _print(translate(line))

    def finish(self) -> None:
        """End the last stage."""
        if self._began is None:
            return
        seconds = time.monotonic() - self._began
        shown = translate(Message.of("  done in {seconds:.1f} s", seconds=seconds))
        if self._steps:
            shown = translate(Message.of("{took}, {steps}", took=shown, steps=_steps(self._steps)))
        if self._note:
            note = translate(self._note)
            shown = translate(Message.of("{done}: {note}", done=shown, note=note))
        _print(shown)
        self._began = None


def _print(line: str) -> None:
    with _written("stderr", 2, "free some space, then run it again"):
        typer.echo(line, err=True)


@contextmanager
def _written(name: str, descriptor: int, advice: str) -> Iterator[None]:
    """Turn a failed write, as to a full disk, into an OutputError; later writes go nowhere."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader is gone: typer ends quietly
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)  # else Python writes the buffered text again at exit
        os.close(nowhere)
        reason = error.strerror or str(error)
        raise OutputError(f"{name} could not be written: {reason}; {advice}.") from error


def _bars(console: Console) -> Bars:
    return Bars(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        _Count(),
        TimeElapsedColumn(),
        _Left(),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
        console=console,
    )


def _console(*, stderr: bool = False) -> Console:
    return Console(stderr=stderr, markup=False, highlight=False)


def _steps(count: int) -> str:
    many = "{count} step" if count == 1 else "{count} steps"
    return translate(Message.of(many, count=count))


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds)))


def _sentence(name: str) -> str:
    return name[:1].upper() + name[1:]
