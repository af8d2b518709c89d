"""The arguments and options that several commands share."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tiercast.cli.console import AS_ROWS, GIVEN, WORDS
from tiercast.config.errors import InputError
from tiercast.snapshots.cutoffs import as_day

if TYPE_CHECKING:
    from tiercast.config.schema import Config


def parse_day(text: str) -> dt.date | None:
    """Return a date given as ISO text.

    Raises
    ------
    typer.BadParameter
        It is none.
    """
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
Wanted = Literal["en", "zh"] | None
Language = Annotated[
    Wanted, typer.Option("--language", help="Language of what is shown. Default: the config's.")
]


def shown_language(settings: "Config", language: Wanted) -> Literal["en", "zh"]:
    """Return the language asked for, or the config's; with `--json` English, as in every other."""
    return "en" if AS_ROWS.get() else language or settings.language


def speak(language: Wanted, config: str | None = None) -> None:
    """Let the output speak the language asked for: of a command without or before a config."""
    from tiercast.reporting.messages import load_messages

    GIVEN.set(config)
    WORDS.set(None if AS_ROWS.get() or language is None else load_messages(language))


def spoken(config: str, language: Wanted) -> "Config":
    """Return the settings of a file; the output speaks the language asked for, or theirs."""
    from tiercast.config.loading import load_config
    from tiercast.reporting.messages import load_messages

    speak(language, config)
    settings = load_config(config)
    WORDS.set(
        load_messages(
            shown_language(settings, language),
            horizon_days=settings.outlook.horizon_days,
            worth=settings.outlook.value,
            currency=None if AS_ROWS.get() else settings.currency,
        )
    )
    return settings


def in_language(config: str, language: Wanted) -> "Config":
    """Return the settings of a file with the language asked for, which the output speaks."""
    settings = spoken(config, language)
    return settings if language is None else settings.model_copy(update={"language": language})
