"""`migration`: who moved between two scored days, with what money, and why."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import cell, show_lines, show_table, watch
from tiercast.cli.options import ConfigFile, parse_day

if TYPE_CHECKING:
    from tiercast.transitions.migration import MigrationResult

From = Annotated[
    dt.date | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM-DD",
        parser=parse_day,
        help="A scored day. Default: the last one before --to.",
    ),
]
To = Annotated[
    dt.date | None,
    typer.Option(
        "--to", metavar="YYYY-MM-DD", parser=parse_day, help="A scored day. Default: the newest."
    ),
]

MONEY = ("expected_value_before", "expected_value_now", "revenue_between")


def migration(config: ConfigFile, before: From = None, now: To = None) -> None:
    """Show who moved between tiers and segments from one scored day to another, and why."""
    from tiercast.transitions.migration import migration as compare

    with watch() as progress:
        result = compare(config, before, now, progress=progress)
    if result is None:
        show_lines("Nothing to compare yet: only one day is scored.")
        return
    _show(result)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(
        epilog="Example: tiercast migration pipelines/cdnow.yaml --from 1998-01-01 --to 1998-04-01"
    )(migration)


def _show(result: "MigrationResult") -> None:
    _show_matrix(result)
    _show_money(result)
    _show_tiers(result)
    rows = [tuple(map(cell, row)) for row in result.causes.itertuples(index=False)]
    show_table("What moved them", ("cause", "customers up", "customers down", "tiers up"), rows)
    rate = result.figures["net_upward_rate"]
    if rate is not None:
        show_lines(f"Net upward rate: {rate:+.1%} of the customers scored on both days.")
    show_lines(f"Tables: {result.folder}/")


def _show_matrix(result: "MigrationResult") -> None:
    matrix = result.matrix()
    rows = [
        (before, *(f"{customers:,}" for customers in row))
        for before, row in zip(matrix.index, matrix.to_numpy().tolist(), strict=True)
    ]
    headings = ("customers from ... to", *matrix.columns)
    show_table(f"Tiers of {result.before} (rows) and {result.now}", headings, rows)


def _show_money(result: "MigrationResult") -> None:
    moved = result.tiers[result.tiers["before"] != result.tiers["now"]]
    rows = [
        (
            f"{row['before']} to {row['now']}",
            f"{row['customers']:,}",
            *(f"{row[name]:,.0f}" for name in MONEY),
        )
        for row in moved.to_dict("records")
    ]
    headings = ("way", "customers", "expected then", "expected now", "revenue between")
    show_table("Money on each way", headings, rows)


def _show_tiers(result: "MigrationResult") -> None:
    rows = [
        (tier["tier"], cell(tier["value_growth"], "+.1%"), cell(tier["retention"], ".1%"))
        for tier in result.figures["tiers"]
    ]
    headings = ("tier", "growth of its expected value", "still in it or a better one")
    show_table("Tiers", headings, rows)
