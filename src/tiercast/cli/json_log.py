"""`--log-format json`: what happens, one JSON object a line on stderr, for machines to read.

`event` says what a line is: `stage`, `step`, `stage_done`, `note`, `error`, `outcome` (the last).
No line bears a time: whoever collects lines adds it, and `<output>/runs/` has start and end.
"""

import json
import time
from contextvars import ContextVar
from typing import Literal

import typer

LogFormat = Literal["text", "json"]
LOG_FORMAT: ContextVar[LogFormat] = ContextVar("log_format", default="text")


def as_json() -> bool:
    """Answer whether this call's log is for machines."""
    return LOG_FORMAT.get() == "json"


def log(event: str, **told: object) -> None:
    """Write one line."""
    typer.echo(json.dumps({"event": event, **told}, ensure_ascii=False), err=True)


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
        """Tell a line."""
        log("note", message=line)

    def finish(self) -> None:
        """End the last stage."""
        if self._stage is not None:
            seconds = round(time.monotonic() - self._began, 3)
            log("stage_done", stage=self._stage, steps=self._steps, seconds=seconds)
            self._stage = None
