"""The arguments and options that several commands share."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tiercast.cli.console import WORDS
from tiercast.config.errors import InputError
from tiercast.snapshots.cutoffs import as_day

if TYPE_CHECKING:
    from tiercast.config.schema import Config


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
Language = Annotated[
    Literal["en", "zh"] | None,
    typer.Option("--language", help="Of what is read. Default: the config's."),
]
OutputFile = Annotated[Path | None, typer.Option("--output", metavar="PATH")]


def in_language(config: str, language: Literal["en", "zh"] | None) -> "Config":
    """Return the settings of a file, in the language asked for; the output speaks it, too."""
    from tiercast.config.loading import load_config
    from tiercast.reporting.messages import load_messages

    settings = load_config(config)
    spoken = settings if language is None else settings.model_copy(update={"language": language})
    WORDS.set(
        load_messages(
            spoken.language,
            horizon_days=spoken.outlook.horizon_days,
            worth=spoken.outlook.value,
            currency=spoken.currency,
        )
    )
    return spoken
