"""Facts of a file's rows, read as orders, before a config proposes them."""

from collections.abc import Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.order_totals import same_amounts
from tiercast.contract.tables import TABLES
from tiercast.sources.layout import Layout
from tiercast.sources.mapping import map_columns
from tiercast.sources.order_numbers import OrderNumbers
from tiercast.sources.order_totals import amount_is, totals_text
from tiercast.sources.rhythm import SuggestedHorizon, order_rhythm, suggest_horizon


@dataclass(frozen=True)
class ReadOrders:
    """Facts about the rows, read as orders, and questions that the contract has about them."""

    amount_is: str | None = None
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    horizon: SuggestedHorizon | None = None
    numbers_restart: bool = False


def read_orders(
    rows: ir.Table, source: SourceConfig, own: Mapping[str, str], layout: Layout | None
) -> ReadOrders:
    """Return facts of rows, read as the contract does; what it refuses becomes a question.

    `own` has the columns' own names.
    """
    try:
        lines = map_columns(rows, TABLES["transactions"], source)
        rhythm = order_rhythm(lines)
    except DataContractError as question:
        return ReadOrders(questions=(question.message,))
    horizon = suggest_horizon(rhythm) if rhythm else None
    if "order_id" not in lines.columns:
        return ReadOrders(horizon=horizon)
    numbers = OrderNumbers.of(lines)
    more = () if layout else numbers.note(own["order_id"].strip('"'))
    if numbers.restart and not layout:
        return ReadOrders(notes=more, numbers_restart=True)
    found = same_amounts(lines)
    kind = (layout.amount_is or "line") if layout else None
    taken = amount_is(found, own["amount"], kind)
    notes = (totals_text(found, taken),) if taken or found.are_often_same else ()
    return ReadOrders(taken, (*notes, *more), (), horizon)
