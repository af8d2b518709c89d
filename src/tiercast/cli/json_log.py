"""`--log-format json`: what happens, one JSON object a line on stderr, for machines to read.

`event` is the kind of line: `stage`, `step`, `stage_done`, `note`, `log` (a line of a library, or
a warning), `error`, `outcome` (the last). No line has a time: whoever collects lines adds it,
and `<output>/runs/` has start and end.
"""

import atexit
import json
import os
import subprocess
import sys
import time
import warnings
from contextlib import suppress
from contextvars import ContextVar
from typing import Literal

import typer

from tiercast.cli import json_lines
from tiercast.config.hiding import hide

LogFormat = Literal["text", "json"]
LOG_FORMAT: ContextVar[LogFormat] = ContextVar("log_format", default="text")
STDERR = 2
LAST_LINES_SECONDS = 5  # a child that outlives the command may keep its stderr open


def as_json() -> bool:
    """Return whether this call's log is for machines."""
    return LOG_FORMAT.get() == "json"


def log(event: str, **fields: object) -> None:
    """Write one line, secrets hidden."""
    hidden = {
        key: hide(value) if isinstance(value, str) else value for key, value in fields.items()
    }
    typer.echo(json.dumps({"event": event, **hidden}, ensure_ascii=False), err=True)


def speak_json() -> None:
    """Turn all that this process and its children write to stderr into JSON."""
    LOG_FORMAT.set("json")
    warnings.showwarning = _log_warning  # type: ignore[assignment]  # takes file and line, too
    program = [sys.executable, "-I", "-S", json_lines.__file__]
    filtering = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=STDERR)
    assert filtering.stdin is not None
    sys.stderr.flush()
    os.dup2(filtering.stdin.fileno(), STDERR)
    filtering.stdin.close()
    atexit.register(_fall_silent, filtering)


def _log_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, *_more: object
) -> None:
    place = f"{filename}:{lineno}"
    log("log", level="warning", message=f"{category.__name__}: {message}", place=place)


def _fall_silent(filtering: subprocess.Popen[bytes]) -> None:
    """Wait for the last line; what Python writes while it exits is dropped."""
    with suppress(ValueError):  # closed by someone
        sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDERR)
    os.close(nowhere)
    with suppress(subprocess.TimeoutExpired):
        filtering.wait(LAST_LINES_SECONDS)


class JsonProgress:
    """Stages, steps and notes as lines of JSON."""

    def __init__(self) -> None:
        self._stage: str | None = None
        self._began = 0.0
        self._total: int | None = None
        self._steps = 0

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a named stage; ends the one before."""
        self.finish()
        self._stage, self._began = name, time.monotonic()
        self._total, self._steps = total, 0
        log("stage", stage=name, steps=total)

    def step(self, note: str = "") -> None:
        """Finish one step of the stage."""
        self._steps += 1
        log("step", stage=self._stage, step=self._steps, steps=self._total, note=note)

    def say(self, line: str) -> None:
        """Print a line."""
        log("note", message=line)

    def finish(self) -> None:
        """End the last stage."""
        if self._stage is not None:
            seconds = round(time.monotonic() - self._began, 3)
            log("stage_done", stage=self._stage, steps=self._steps, seconds=seconds)
            self._stage = None
