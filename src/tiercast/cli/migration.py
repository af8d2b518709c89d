"""`migration`: customers who changed tier between two scored days, their money, and causes."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import ConfigFile, parse_day
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.transitions.migration import MigrationResult

From = Annotated[
    dt.date | None,
    typer.Option(
        "--from",
        metavar="YYYY-MM-DD",
        parser=parse_day,
        help="The earlier scored day. Default: the last one before --to.",
    ),
]
To = Annotated[
    dt.date | None,
    typer.Option(
        "--to",
        metavar="YYYY-MM-DD",
        parser=parse_day,
        help="The later scored day. Default: the newest.",
    ),
]

MOVES = {
    "Move": "{before} to {now}",
    "Customers": "{customers:,}",
    "Predicted before": "{expected_value_before:,.0f}",
    "Predicted now": "{expected_value_now:,.0f}",
    "Actual between": "{revenue_between:,.0f}",
}
TIERS = {
    "Tier": "{tier}",
    "Growth of predicted value": "{value_growth:+.1%}",
    "Retention": "{retention:.1%}",
}
CAUSES = {
    "Cause": "{cause}",
    "Customers up": "{customers_up}",
    "Customers down": "{customers_down}",
    "Net tiers up": "{steps_up}",
}


def migration(config: ConfigFile, before: From = None, now: To = None) -> None:
    """Show which customers changed tier or segment between two scored days, and why."""
    from tiercast.transitions.migration import migration as compare

    with watch() as progress:
        result = compare(config, before, now, progress=progress)
    if result is None:
        show("Nothing to compare yet: only one day is scored.")
        return
    _show(result)


def _show(result: "MigrationResult") -> None:
    matrix, moves = result.matrix(), result.tiers
    counts = tuple((str(row[0]), *(f"{n:,}" for n in row[1:])) for row in matrix.itertuples())
    moved = moves[moves["before"] != moves["now"]].to_dict("records")
    title = f"Customers by tier on {result.before} (rows) and {result.now} (columns)"
    show(
        TextTable(title, ("Tier", *matrix.columns), counts),
        TextTable.of("Money by move", MOVES, moved),
        TextTable.of("Tiers", TIERS, result.figures["tiers"]),
        TextTable.of("Causes of moves", CAUSES, result.causes.to_dict("records")),
    )
    rate = result.figures["net_upward_rate"]
    if rate is not None:
        show(f"Net upward rate: {rate:+.1%} of the customers scored on both days.")
    show(f"Tables: {result.folder}/")
