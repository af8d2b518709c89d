"""`export`: lists of customers as files."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tiercast.artifacts.text_file import plain_json
from tiercast.cli.console import show, watch
from tiercast.cli.options import AsOf, ConfigFile
from tiercast.config.text_table import TextTable

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
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="csv, xlsx, hubspot, salesforce, zoho, fxiaoke, google_ads, meta, or your own.",
        ),
    ] = "csv",
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Default: below the config's output."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as one line of JSON.")
    ] = False,
) -> None:
    """Write a list of customers of a scored day (default: the newest) for people or tools.

    Without --list, show the lists and how many customers each holds.
    """
    from tiercast.verbs.export import export as export_list
    from tiercast.verbs.export import lists

    if name is None:
        rows = [asdict(one) for one in lists(config, as_of)]
        table = TextTable.of("Lists", LISTS, rows)
        show(plain_json({"lists": rows}) if as_json else table)
        return
    with watch() as progress:
        result = export_list(
            config, name, as_of, limit=limit, format=format_, output=output, progress=progress
        )
    if as_json:
        show(plain_json(asdict(result)))
        return
    show(f"{result.title}: {result.customers:,} customers of {result.as_of}")
    if result.left_out:
        show(f"Left out: {result.left_out:,} customers who lack what {format_} needs.")
    show(f"File:   {result.file}", f"Record: {result.record}/")
