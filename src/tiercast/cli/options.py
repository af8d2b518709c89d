"""The arguments and options that several commands share."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from tiercast.config.errors import InputError
from tiercast.snapshots.cutoffs import as_day


def parse_day(text: str) -> dt.date | None:
    """Return a date given as ISO text."""
    try:
        return as_day(text)
    except InputError as error:
        raise typer.BadParameter(str(error)) from error


ConfigFile = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG", help="The customer base's YAML, such as pipelines/cdnow.yaml."
    ),
]
AsOf = Annotated[
    dt.date | None,
    typer.Option(
        "--as-of",
        metavar="YYYY-MM-DD",
        parser=parse_day,
        help="Only rows before this day exist. Default: the day after the last order.",
    ),
]
OutputFile = Annotated[Path | None, typer.Option("--output", metavar="PATH")]
