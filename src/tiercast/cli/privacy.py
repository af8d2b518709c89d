"""`forget`: erases a customer, and shows what was searched and found."""

from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, spoken
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    import datetime as dt

    from tiercast.config.schema import Config
    from tiercast.privacy.forget import ForgetResult

PLACES = {
    "Place": "{place!t}",
    "Searched": "{searched:,}",
    "Named the customer": "{found:,}",
    "Left": "{left:,}",
}
SOURCES = {"Table": "{table}", "Source": "{source}", "Rows of the customer": "{rows:,}"}


EXPIRED = {"Place": "{place!t}", "Before": "{before}", "Files removed": "{removed:,}"}


def forget(
    config: ConfigFile,
    customer_id: Annotated[
        str | None, typer.Argument(metavar="[CUSTOMER_ID]", help="The id as in the scores.")
    ] = None,
    as_of: AsOf = None,
    expired: Annotated[
        bool,
        typer.Option("--expired", help="Remove results that are older than `retention` allows."),
    ] = False,
    language: Language = None,
) -> None:
    """Erase a customer from every result, search all files and tables again, and note it.

    The note has a salted hash, not the id, and is of --as-of (default: the newest scored day).
    Your own sources are not changed: rows of the customer there are excluded from now on. The
    exit code is 1 if something is left.
    """
    if (customer_id is None) != expired:
        raise typer.BadParameter("Name a customer, or use --expired, not both.")
    settings = spoken(config, language)
    if customer_id is None:
        _expire(settings)
    else:
        _forget(settings, customer_id, as_of)


def _forget(settings: "Config", customer_id: str, as_of: "dt.date | None") -> None:
    from tiercast.privacy.forget import LEFT
    from tiercast.privacy.forget import forget as erase

    with watch() as progress:
        found = erase(settings, customer_id, as_of, progress=progress)
    show(TextTable.of("What was searched, and what is left", PLACES, found.places))
    show(*_notes(found))
    if not found.is_erased:
        raise typer.Exit(LEFT)


def _expire(settings: "Config") -> None:
    from tiercast.privacy.expired import expire

    with watch() as progress:
        removed = expire(settings, progress=progress)
    show(TextTable.of("Results older than allowed", EXPIRED, removed))


def _notes(found: "ForgetResult") -> list[TextTable | str]:
    """Return where the customer still stands, and where the note lies."""
    notes: list[TextTable | str] = []
    if any(one.rows != 0 for one in found.sources):
        still = "Your sources, which are not changed; a dash could not be read"
        notes += [
            TextTable.of(still, SOURCES, found.sources),
            Message.of(
                "Remove the customer there too. Until then every run puts these rows aside, and "
                "`tiercast check CONFIG` counts them."
            ),
        ]
    if found.models:
        learned = (
            "Model versions {versions} may have learned from the customer. They hold no id and "
            "are not rewritten; `tiercast train CONFIG` makes one that has not."
        )
        notes.append(Message.of(learned, versions=list(found.models)))
    if found.unsearched:
        places = "Not searched, because they lie elsewhere: {places}. Erase the customer there."
        notes.append(Message.of(places, places=list(found.unsearched)))
    if found.left:
        left = "Still names the customer, and was not written by tiercast; remove it: {files}."
        notes.append(Message.of(left, files=list(found.left)))
    return [*notes, Message.of("Note: {note}", note=found.note)]
