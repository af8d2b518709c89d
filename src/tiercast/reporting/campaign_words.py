"""Names and intervals as the chapter on campaigns writes them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tiercast.formats import MISSING
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell


def between(low: float, high: float, form: Any, say: MessageCatalogue) -> str:
    """Return an interval in words."""
    return say("campaigns.between", low=form(low), high=form(high))


def with_interval(
    row: Mapping[Any, Any], names: tuple[str, str, str], form: Any, say: MessageCatalogue
) -> str:
    """Return a figure of a row with its interval; a dash where it is missing."""
    value, low, high = (row[name] for name in names)
    if pd.isna(value):
        return MISSING
    if pd.isna(low):
        return str(form(value))
    return say("campaigns.cell", value=form(value), low=form(low), high=form(high))


def interval_cell(
    row: Mapping[Any, Any], names: tuple[str, str, str], form: Any, say: MessageCatalogue
) -> Cell:
    """Return the cell of a figure of an arm, its interval below it."""
    value, low, high = (row[name] for name in names)
    detail = "" if pd.isna(low) else between(low, high, form, say)
    return Cell(MISSING if pd.isna(value) else form(value), detail=detail, customers=row["n"])


def row_name(row: Mapping[Any, Any], ledger: pd.DataFrame) -> str:
    """Return the name of a row: the campaign, and its arm where there are several."""
    alone = (ledger["campaign"] == row["campaign"]).sum() == 1
    return str(row["campaign"]) if alone else f"{row['campaign']} ({row['arm']})"
