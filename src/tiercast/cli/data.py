"""Commands about the data: `init`, `check`, `features`, `churn-definition`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show_lines, show_table, watch
from tiercast.cli.options import AsOf, ConfigFile

if TYPE_CHECKING:
    from tiercast.contract.report import DataReport
    from tiercast.definitions.churn_definition import ChurnDefinitions
    from tiercast.readiness.judgement import Readiness
    from tiercast.sources.guess import ColumnGuess
    from tiercast.verbs.init import InitResult

SOURCE = 1  # the place of the source among a table's cells
NOTHING_TO_DO = "nothing to do"


def init(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Orders: csv, xlsx, json, ...; a glob in quotes too."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="PATH",
            help="The config to write. Default: pipelines/<name of FILE>.yaml.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a config that is there already.")
    ] = False,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", metavar="NAME", help="How the text is written: gb18030, ..."),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option("--sheet", metavar="NAME", help="A workbook's sheet, or a pattern."),
    ] = None,
) -> None:
    """Look at a data file and write a config with its guesses marked."""
    from tiercast.verbs.init import init as write_config

    _show_guesses(write_config(file, output, force=force, encoding=encoding, sheet=sheet))


def check(config: ConfigFile, as_of: AsOf = None) -> None:
    """Check the data: bad rows are counted and put aside; is the rest ready to train?

    Writes data_report.json, data_report.md, readiness.json and the rows put aside to
    <output>/check/. Ends with 2 where a training would be refused.
    """
    from tiercast.config.loading import load_config
    from tiercast.readiness.finding_text import refuse_unless_ready
    from tiercast.verbs.check import check as screen
    from tiercast.verbs.check import check_folder

    settings = load_config(config)
    with watch() as progress:
        found = screen(settings, as_of, progress=progress)
    _show_report(found.data)
    _show_readiness(found.readiness)
    show_lines(f"Written to {check_folder(settings)}/")
    refuse_unless_ready(found.readiness)


def features(
    config: ConfigFile,
    as_of: AsOf = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="F.parquet",
            help="The parquet file to write. Default: <output>/features_<as_of>.parquet.",
        ),
    ] = None,
) -> None:
    """Write one row per customer with every feature, counted from rows before a day."""
    from tiercast.verbs.features import features_file

    with watch() as progress:
        path = features_file(config, as_of, output, progress=progress)
    show_lines(f"Features: {path}")


def churn_definition(config: ConfigFile, as_of: AsOf = None) -> None:
    """Compare definitions of churn on the past: after how long a silence have customers left?"""
    from tiercast.definitions.churn_definition import churn_definition as compare_definitions

    with watch() as progress:
        found = compare_definitions(config, as_of, progress=progress)
    _show_definitions(found)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command(epilog="Example: tiercast init exports/orders.csv")(init)
    app.command(epilog="Example: tiercast check pipelines/cdnow.yaml")(check)
    app.command(
        epilog="Example: tiercast features pipelines/cdnow.yaml --as-of 1998-04-01 "
        "--output features.parquet"
    )(features)
    app.command(epilog="Example: tiercast churn-definition pipelines/cdnow.yaml")(churn_definition)


def _show_guesses(result: "InitResult") -> None:
    headings = ("meaning", "column", "sure", "why")
    if result.layout:
        show_lines(f"Recognised as: {result.layout}.")
    show_table("Guessed columns", headings, [_guess_cells(g) for g in result.guess.guesses])
    if result.guess.runners_up:
        show_table("Next best", headings, [_guess_cells(g) for g in result.guess.runners_up])
    show_lines(*(f"To know: {sentence}" for sentence in result.notes))
    if result.horizon:
        show_lines(f"Horizon: {result.horizon.days} days; {result.horizon.reason}.")
    show_lines(*(f"To mend: {sentence}" for sentence in result.to_mend))
    show_lines(f"Written to {result.path}. Next: tiercast check {result.path}")


def _guess_cells(guess: "ColumnGuess") -> tuple[str, str, str, str]:
    return guess.role, guess.look.name, f"{guess.score:.0%}", guess.reason


def _show_report(report: "DataReport") -> None:
    """Show the report without what would not fit a line: the files and the rules kept."""
    from tiercast.verbs.data_report_text import (
        FINDING_HEADINGS,
        TABLE_HEADINGS,
        finding_cells,
        table_cells,
        whose_days,
    )

    tables = [_without(table_cells(table), SOURCE) for table in report.tables]
    show_table(f"Data of {report.name}", _without(TABLE_HEADINGS, SOURCE), tables)
    show_lines("", f"Orders that net to zero: {report.zero_orders:,}", whose_days(report))
    found = [finding for finding in report.findings if finding.rows]
    show_lines(f"Rules that every row keeps: {len(report.findings) - len(found)}", "")
    if found:
        cells = [finding_cells(finding)[:-1] for finding in found]
        show_table("What the rules found", FINDING_HEADINGS[:-1], cells)
    remedies = [f for f in found if f.remedy != NOTHING_TO_DO]
    show_lines(*(f"{f.table}.{f.rule}: {f.remedy}" for f in remedies))


def _show_readiness(readiness: "Readiness") -> None:
    from tiercast.readiness.finding_text import (
        HEADINGS,
        readiness_cells,
        readiness_title,
        remedies,
    )

    rows = [readiness_cells(finding) for finding in readiness.findings]
    show_lines("")
    show_table(readiness_title(readiness), HEADINGS, rows)
    show_lines("", *remedies(readiness))


def _show_definitions(found: "ChurnDefinitions") -> None:
    from tiercast.definitions.churn_definition_text import (
        HEADINGS,
        definition_cells,
        how_measured,
        what_to_take,
    )

    rows = [definition_cells(row) for _, row in found.candidates.iterrows()]
    title = f"When did customers of {found.name} leave? Judged as of {found.plan.as_of}"
    show_table(title, HEADINGS, rows)
    show_lines("", *how_measured(found), "", *what_to_take(found))


def _without(cells: tuple[str, ...], place: int) -> tuple[str, ...]:
    return cells[:place] + cells[place + 1 :]
