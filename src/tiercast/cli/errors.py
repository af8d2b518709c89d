"""How commands fail: 2 for bad input or usage, 1 for anything else, never a wall of text."""

import sys
import traceback
from types import TracebackType
from typing import Any

import typer
from typer.core import TyperGroup

from tiercast.config.errors import InputError, OutputError

FAILED, BAD_INPUT = 1, 2
DEBUG = "--debug"


class Commands(TyperGroup):
    """The commands; what they raise about input or output becomes a message and a code."""

    def invoke(self, ctx: Any) -> object:  # typer keeps click's Context to itself
        """Run the command named."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            tell(str(error))
            raise typer.Exit(BAD_INPUT) from error
        except OutputError as error:
            tell(str(error))
            raise typer.Exit(FAILED) from error


def tell(message: str) -> None:
    """Print an error on stderr."""
    typer.secho("Error: ", fg="red", bold=True, err=True, nl=False)
    typer.echo(message, err=True)


def brief_excepthook(
    kind: type[BaseException], error: BaseException, _trace: TracebackType | None
) -> None:
    """Print an unforeseen error's last line, and how to see the rest."""
    tell("".join(traceback.format_exception_only(kind, error)).strip())
    typer.echo(f"This was not foreseen. Run it again with {DEBUG} to see where.", err=True)


def arguments(given: list[str]) -> list[str]:
    """Answer the arguments without `--debug`, which may stand anywhere, and set what it means."""
    if DEBUG not in given:
        sys.excepthook = brief_excepthook
    return [argument for argument in given if argument != DEBUG]
