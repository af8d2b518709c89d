"""How commands end: with a code that says what a scheduler should do, never a wall of text."""

import sys
import traceback
from types import TracebackType
from typing import Any

import typer
from typer.core import TyperGroup

from tiercast.cli.json_log import as_json, log
from tiercast.config.errors import FailedError, InputError
from tiercast.config.hiding import hide

DONE, FAILED, BAD_INPUT, RETRAIN, INTERRUPTED = 0, 1, 2, 3, 130
MEANINGS = {
    DONE: "done",
    FAILED: "failed",
    BAD_INPUT: "bad input or usage",
    RETRAIN: "retrain (from monitor)",
    INTERRUPTED: "interrupted",
}
DEBUG, LOG_FORMAT = "--debug", "--log-format"
UsageError: Any = typer.BadParameter.__mro__[1]  # typer keeps click's own to itself


class Commands(TyperGroup):
    """The commands; what they raise about input or output becomes a message and a code."""

    def make_context(self, *given: Any, **more: Any) -> Any:  # click's own, as `invoke`'s
        """Read the arguments of all commands."""
        try:
            return super().make_context(*given, **more)
        except UsageError as error:
            if not as_json():
                raise
            raise _ended(BAD_INPUT, error.format_message()) from error

    def invoke(self, ctx: Any) -> object:  # typer keeps click's Context to itself
        """Run the command named."""
        try:
            answer = super().invoke(ctx)
        except InputError as error:
            raise _ended(BAD_INPUT, str(error)) from error
        except FailedError as error:
            raise _ended(FAILED, str(error)) from error
        except KeyboardInterrupt as error:
            raise _ended(INTERRUPTED, "interrupted") from error
        except UsageError as error:
            if not as_json():
                raise
            raise _ended(BAD_INPUT, error.format_message()) from error
        except typer.Exit as error:
            tell_outcome(error.exit_code)
            raise
        tell_outcome(DONE)
        return answer


def tell(message: str) -> None:
    """Print an error on stderr, no secret in it."""
    message = hide(message)
    if as_json():
        log("error", message=message)
        return
    typer.secho("Error: ", fg="red", bold=True, err=True, nl=False)
    typer.echo(message, err=True)


def tell_outcome(code: int) -> None:
    """Print the last line of a log for machines."""
    if as_json():
        log("outcome", exit_code=code, outcome=MEANINGS[code])


def exit_codes() -> str:
    """Return what each exit code means.

    Examples
    --------
    >>> exit_codes()
    '0 done, 1 failed, 2 bad input or usage, 3 retrain (from monitor), 130 interrupted or SIGTERM'
    """
    told = ", ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items())
    return f"{told} or SIGTERM"  # 130 is the last


def brief_excepthook(
    kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Print an unforeseen error's last line, and how to see the rest."""
    tell("".join(traceback.format_exception_only(kind, error)).strip())
    if as_json():
        tell_outcome(FAILED)
        return
    typer.echo(f"This was not foreseen. Run it again with {DEBUG} to see where.", err=True)


def whole_excepthook(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an unforeseen error with its traceback, no secret in it."""
    typer.echo(hide("".join(traceback.format_exception(kind, error, trace))), err=True, nl=False)


def arguments(given: list[str]) -> list[str]:
    """Return the arguments with those of all commands, which may stand anywhere, put in order.

    `--debug` is taken out, and what it means set; `--log-format json` comes first.
    """
    sys.excepthook = whole_excepthook if DEBUG in given else brief_excepthook
    rest = [argument for argument in given if argument != DEBUG]
    places = [i for i, argument in enumerate(rest) if argument.partition("=")[0] == LOG_FORMAT]
    if not places:
        return rest
    begin = places[-1]
    end = begin + (1 if "=" in rest[begin] else 2)
    return [*rest[begin:end], *rest[:begin], *rest[end:]]


def wants_json(given: list[str]) -> bool:
    """Return whether arguments, put in order, ask for a log of JSON.

    Examples
    --------
    >>> wants_json(["--log-format", "json", "check"]), wants_json(["--log-format=json"])
    (True, True)
    >>> wants_json(["--log-format", "text", "json"])
    False
    """
    return given[:2] == [LOG_FORMAT, "json"] or given[:1] == [f"{LOG_FORMAT}=json"]


def _ended(code: int, message: str) -> typer.Exit:
    tell(message)
    tell_outcome(code)
    return typer.Exit(code)
