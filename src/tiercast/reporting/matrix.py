"""Customers by tier then and tier now, as a table."""

from dataclasses import replace

import pandas as pd

from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table


def matrix_table(title: str, moves: pd.DataFrame, say: MessageCatalogue) -> Table:
    """Return customers by tier then (rows) and tier now (columns), both best first.

    What stands on one side only (`new`, `gone`) is no tier: it is neither higher nor lower.
    """
    tiers = [name for name in moves.index if name in moves.columns]  # best first
    labels = {name: say.label("tier", str(name)) for name in tiers}
    labels |= {n: say(f"migration.{n}") for n in (*moves.index, *moves.columns) if n not in tiers}
    rows = [
        [
            Cell(say("tiers.was", tier=labels[before])),
            *(_move_cell(moves, before, now, say) for now in moves.columns),
        ]
        for before in moves.index
    ]
    heads = [say("tiers.is_now", tier=labels[now]) for now in moves.columns]
    return Table(title, [say("tiers.moves_corner"), *heads], rows, note=say("tiers.moves_note"))


def _move_cell(moves: pd.DataFrame, before: str, now: str, say: MessageCatalogue) -> Cell:
    customers = float(moves[now][before])
    return replace(_toned(moves, before, now, say), customers=customers, is_count=True)


def _toned(moves: pd.DataFrame, before: str, now: str, say: MessageCatalogue) -> Cell:
    customers = float(moves[now][before])
    text = say.write.count(customers)
    if before == now:
        return Cell(text, "same")
    if not customers or before not in moves.columns or now not in moves.index:
        return Cell(text)
    is_up = list(moves.columns).index(now) < list(moves.index).index(before)
    return Cell(text, "higher", "▲") if is_up else Cell(text, "lower", "▼")
