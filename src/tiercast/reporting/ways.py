"""Ways from one tier or segment to another between two days: their names, customers and money."""

import pandas as pd

from tiercast.formats import Form
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.moves import GONE, NEW
from tiercast.reporting.section import Table, common, measures
from tiercast.reporting.segment_names import segment_label

MONEY = ("expected_value_before", "expected_value_now")
REVENUE = "revenue_between"


def ways_table(title: str, rows: pd.DataFrame, kind: str, say: MessageCatalogue) -> Table:
    """Return a row per way from one tier or segment to another: customers and their money.

    `kind` is `tier` or `segment`; the actual money is shown where `rows` has it.
    """
    names = [
        way_between(before, now, kind, say)
        for before, now in zip(rows["before"], rows["now"], strict=True)
    ]
    money: dict[str, Form] = {name: "total" for name in (*MONEY, REVENUE) if name in rows}
    columns = common(say, "customers") + measures(say, "migration.columns", **money)
    note = say("migration.money_note" if REVENUE in rows else "migration.expected_note")
    return Table.of(title, rows, (say("migration.ways"), names), columns, note=note)


def way_between(before: str, now: str, kind: str, say: MessageCatalogue) -> str:
    """Return a way in words, such as `Top → General`."""
    return say("migration.way", before=way_name(before, say, kind), now=way_name(now, say, kind))


def way_name(name: str, say: MessageCatalogue, kind: str = "tier") -> str:
    """Return a tier or segment, or the new or the gone, in words."""
    if name in (NEW, GONE):
        return say(f"migration.{name}")
    return segment_label(name, say) if kind == "segment" else say.label(kind, name)
