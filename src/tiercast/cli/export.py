"""`export`: lists of customers as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile, Language, in_language, shown_language
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiercast.verbs.export import ExportResult
    from tiercast.verbs.list_summaries import ListSummary

RESULT = {
    "Scored day": "{as_of}",
    "Customers": "{customers:,}",
    "Left out": "{left_out:,}",
    "File": "{file}",
    "Record": "{record}",
}
SHARED = (
    "An account has an address, a phone number or a name only where all of its contacts who have "
    "one share it. To reach its contacts, join the ids of a CSV list with your table of contacts."
)
NOBODY = "The list is empty: nobody meets its conditions on {day}. The file has no rows."
NOBODY_PAYS = (
    "The list is empty: no contact of its customers brings more than it costs under the config's "
    "`budget`. The file has no rows."
)
CAPPED_OUT = (
    "The list is empty: {paying:,} contacts pay, but the `caps` of the config's `budget` leave "
    "them no place. Raise the caps of their tiers, or `contacts`. The file has no rows."
)
LISTS = {"List": "{name}", "Customers": "{customers:,}", "Title": "{title}"}


def export(  # noqa: PLR0913  # Typer reads the options from here
    config: ConfigFile,
    name: Annotated[
        str | None,
        typer.Option("--list", metavar="NAME", help="The list. Left out: show what there is."),
    ] = None,
    as_of: AsOf = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="The first N customers.")
    ] = None,
    within_budget: Annotated[
        bool,
        typer.Option(
            "--within-budget", help="Only contacts that pay under the config's `budget`."
        ),
    ] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="csv, xlsx, hubspot, salesforce, zoho, fxiaoke, google_ads, meta, or your own.",
        ),
    ] = "csv",
    campaign: Annotated[
        str | None,
        typer.Option(
            "--campaign",
            metavar="CAMPAIGN:ARM",
            help="Only those who were assigned to an arm of a campaign.",
        ),
    ] = None,
    with_holdout: Annotated[
        bool, typer.Option("--with-holdout", help="Also customers of the global holdout.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Default: below the config's output."),
    ] = None,
    language: Language = None,
) -> None:
    """Write a list of customers of a scored day (default: the newest) for people or tools.

    Without --list, show the lists and how many customers each holds.
    """
    from tiercast.verbs.export import export as export_list
    from tiercast.verbs.list_summaries import lists

    settings = in_language(config, language)
    if name is None:
        found = lists(settings, as_of, language=shown_language(settings, language))
        show(TextTable.of("Lists", LISTS, found))
        return
    with watch() as progress:
        result = export_list(
            settings,
            name,
            as_of,
            limit=limit,
            within_budget=within_budget,
            format=format_,
            output=output,
            campaign=None if campaign is None else _arm(campaign),
            with_holdout=with_holdout,
            progress=progress,
        )
    show(TextTable.of(result.title, RESULT, [result]))
    if not result.customers and not result.left_out:
        _show_why_empty(lists(settings, result.as_of), result)
    if result.left_out:
        lack = "{left_out:,} customers of the list lack what {format} needs."
        show(Message.of(lack, left_out=result.left_out, format=format_))
        if settings.customer == "account":
            show(Message.of(SHARED))


def _show_why_empty(found: "Sequence[ListSummary]", result: "ExportResult") -> None:
    """Show why a list is empty, and the lists that hold somebody.

    Nobody pays, the caps of the budget leave no place, or how many customers meet each condition
    of the list alone.
    """
    wanted = [one for one in found if one.name == result.list]
    if result.paying:
        show(Message.of(CAPPED_OUT, paying=result.paying))
        return
    if result.paying == 0 and any(one.customers for one in wanted):
        show(Message.of(NOBODY_PAYS))
        return
    show(Message.of(NOBODY, day=result.as_of))
    for one in wanted:
        for condition, customers in one.met:
            meet = "Customers who meet `{condition}` alone: {customers:,}."
            show(Message.of(meet, condition=condition, customers=customers))
    others = [one.name for one in found if one.customers]
    show(Message.of("Lists that hold somebody: {others}.", others=", ".join(others)))


def _arm(text: str) -> tuple[str, str]:
    campaign, colon, arm = text.partition(":")
    if not (campaign and colon and arm):
        raise typer.BadParameter(
            f"an arm of a campaign is written as CAMPAIGN:ARM, but got {text!r}",
            param_hint="--campaign",
        )
    return campaign, arm
