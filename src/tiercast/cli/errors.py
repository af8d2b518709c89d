"""How commands end: with an exit code for schedulers and a short message."""

import sys
import traceback
from types import TracebackType
from typing import Any

import typer
from typer.core import TyperGroup

from tiercast.cli.console import forget, translate
from tiercast.cli.json_log import as_json, log
from tiercast.config.errors import FailedError, InputError
from tiercast.config.hiding import hide
from tiercast.config.nearest import nearest

DONE, FAILED, BAD_INPUT, RETRAIN, INTERRUPTED = 0, 1, 2, 3, 130
MEANINGS = {
    DONE: "done",
    FAILED: "failed",
    BAD_INPUT: "bad input or usage",
    RETRAIN: "retrain (from monitor)",
    INTERRUPTED: "interrupted",
}
DEBUG, LOG_FORMAT = "--debug", "--log-format"
FLAGS = ("--json", "--quiet")  # allowed anywhere, too
UsageError: Any = typer.BadParameter.__mro__[1]  # typer keeps click's own to itself


class Commands(TyperGroup):
    """The commands; their errors of input or output become a message and an exit code."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command named; of an unknown one, name the nearest, or all."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = nearest(args[0], self.commands)
            meant = f"Did you mean {near!r}?" if near else f"There are {', '.join(self.commands)}."
            ctx.fail(f"No such command {args[0]!r}. {meant}")
        return super().resolve_command(ctx, args)

    def make_context(self, *given: Any, **more: Any) -> Any:  # click's own, as `invoke`'s
        """Read the arguments of all commands."""
        try:
            return super().make_context(*given, **more)
        except UsageError as error:
            _say_plainly(error)
            if not as_json():
                raise
            raise _ended(BAD_INPUT, error.format_message()) from error

    def invoke(self, ctx: Any) -> object:  # typer keeps click's Context to itself
        """Run the command named."""
        try:
            result = super().invoke(ctx)
        except InputError as error:
            raise _ended(BAD_INPUT, _said(error)) from error
        except FailedError as error:
            raise _ended(FAILED, _said(error)) from error
        except KeyboardInterrupt as error:
            stopped = InputError.of("interrupted")
            raise _ended(INTERRUPTED, _said(stopped)) from error
        except UsageError as error:
            _say_plainly(error)
            if not as_json():
                raise
            raise _ended(BAD_INPUT, error.format_message()) from error
        except typer.Exit as error:
            print_outcome(error.exit_code)
            raise
        finally:
            forget()
        print_outcome(DONE)
        return result


def _say_plainly(error: Any) -> None:
    """Let an error of an option's value name the rule and the value, as those of configs do."""
    from pydantic import ValidationError

    from tiercast.config.rule_text import rule_of

    if isinstance(error.__cause__, ValidationError):
        error.message = rule_of(error.__cause__.errors()[0])


def print_error(message: str) -> None:
    """Print an error on stderr, secrets hidden."""
    message = hide(message)
    if as_json():
        log("error", message=message)
        return
    typer.secho(translate("Error: "), fg="red", bold=True, err=True, nl=False)
    typer.echo(message, err=True)


def print_outcome(code: int) -> None:
    """Print the last line of a log for machines."""
    if as_json():
        log("outcome", exit_code=code, outcome=MEANINGS[code])


def exit_codes() -> str:
    """Return the meaning of each exit code.

    Examples
    --------
    >>> exit_codes()
    '0 done, 1 failed, 2 bad input or usage, 3 retrain (from monitor), 130 interrupted or SIGTERM'
    """
    codes = ", ".join(f"{code} {meaning}" for code, meaning in MEANINGS.items())
    return f"{codes} or SIGTERM"  # 130 is the last


def brief_excepthook(
    kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Print an unexpected error's last line, and how to see the rest."""
    print_error("".join(traceback.format_exception_only(kind, error)).strip())
    if as_json():
        print_outcome(FAILED)
        return
    typer.echo(f"This was not foreseen. Run it again with {DEBUG} to see where.", err=True)


def whole_excepthook(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an unexpected error with its traceback, secrets hidden."""
    typer.echo(hide("".join(traceback.format_exception(kind, error, trace))), err=True, nl=False)


def arguments(given: list[str]) -> list[str]:
    """Return the arguments with the options of all commands, allowed anywhere, put in order.

    `--debug` is removed and applied; `--log-format json` comes first, `--json` and `--quiet` next.

    Examples
    --------
    >>> arguments(["check", "shop.yaml", "--json", "--log-format", "text"])
    ['--log-format', 'text', '--json', 'check', 'shop.yaml']
    """
    sys.excepthook = whole_excepthook if DEBUG in given else brief_excepthook
    flags = [argument for argument in given if argument in FLAGS]
    rest = [argument for argument in given if argument not in (DEBUG, *FLAGS)]
    places = [i for i, argument in enumerate(rest) if argument.partition("=")[0] == LOG_FORMAT]
    if not places:
        return [*flags, *rest]
    begin = places[-1]
    end = begin + (1 if "=" in rest[begin] else 2)
    return [*rest[begin:end], *flags, *rest[:begin], *rest[end:]]


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


def _said(error: InputError | FailedError) -> str:
    """Return an error's message in the reader's language; a log for machines stays English."""
    return str(error) if as_json() else translate(error.message)


def _ended(code: int, message: str) -> typer.Exit:
    print_error(message)
    print_outcome(code)
    return typer.Exit(code)
