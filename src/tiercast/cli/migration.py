"""`migration`: customers who changed tier between two scored days, their money, and causes."""

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tiercast.cli.console import show, watch
from tiercast.cli.options import ConfigFile, Language, parse_day, spoken
from tiercast.config.message import Message, named
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

TIER_COLUMNS = ("tier", "before", "now")
MONEY = "Money by move: predicted for {horizon} days, actual in the {between} between"
MOVES = {
    "Move": "{before} to {now}",
    "Customers": "{customers:,}",
    "Predicted before": "{expected_value_before:money}",
    "Predicted now": "{expected_value_now:money}",
    "Actual between": "{revenue_between:money}",
}
NEVER_BELOW = (
    "Predicted {value!t} counts customers who lose money as 0; actual sums count losses in full."
)
TIERS = {
    "Tier": "{tier}",
    "Growth of predicted value": "{value_growth:+.1%}",
    "Retention": "{retention:.1%}",
}
CAUSES = {
    "Cause": "{cause!t}",
    "Customers up": "{customers_up}",
    "Customers down": "{customers_down}",
    "Net tiers up": "{steps_up}",
}


def migration(
    config: ConfigFile, before: From = None, now: To = None, language: Language = None
) -> None:
    """Show which customers changed tier or segment between two scored days, and why."""
    from tiercast.transitions.migration import migration as compare

    settings = spoken(config, language)
    with watch() as progress:
        result = compare(settings, before, now, progress=progress)
    if result is None:
        show(Message.of("Nothing to compare yet: only one day is scored."))
        return
    _show(result)


def _show(result: "MigrationResult") -> None:
    matrix, moves = result.matrix(), result.tiers
    counts = tuple(
        (tier_name(row[0]), *(f"{n:,}" for n in row[1:])) for row in matrix.itertuples()
    )
    moved = moves[moves["before"] != moves["now"]].to_dict("records")
    title = Message.of(
        "Customers by tier on {before} (rows) and {now} (columns)",
        before=result.before,
        now=result.now,
    )
    show(
        TextTable(title, ("Tier", *map(tier_name, matrix.columns)), counts),
        TextTable.of(
            Message.of(MONEY, horizon=result.target.horizon_days, between=result.days_between),
            MOVES,
            map(_with_names, moved),
        ),
        *_never_below(result),
        TextTable.of("Tiers", TIERS, map(_with_names, result.figures["tiers"])),
        TextTable.of("Causes of moves", CAUSES, result.causes.to_dict("records")),
    )
    rate = result.figures["net_upward_rate"]
    if rate is not None:
        show(
            Message.of(
                "Net upward rate: {rate:+.1%} of the customers scored on both days.", rate=rate
            )
        )
    show(Message.of("Tables: {folder}/", folder=result.folder))


def _never_below(result: "MigrationResult") -> tuple[str, ...]:
    """Return how losses count, where what counts as value has any."""
    value = result.target.value
    return () if value == "revenue" else (Message.of(NEVER_BELOW, value=value),)


def _with_names(row: Mapping[Hashable, Any]) -> Mapping[Hashable, Any]:
    """Return a row whose tiers have labels."""
    return {key: tier_name(one) if key in TIER_COLUMNS else one for key, one in row.items()}


def tier_name(name: str) -> str:
    """Return a tier's name, or who is new or gone, with its label."""
    from tiercast.transitions.tables import GONE, NEW

    return Message.of(name) if name in (NEW, GONE) else named("tier", name)
