"""Customers in bands of a number: how many there are, and what share of the money is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Chart, Table, common
from tiercast.reporting.share_bars import share_bars, with_shares


@dataclass(frozen=True)
class Bands:
    """A column in bands: `lower_ends` in order, each customer in the last one reached.

    `money` is the column that is summed; `amount` says which of the common columns that is. Charts
    that are `half` stand side by side.
    """

    name: str
    column: str
    lower_ends: Sequence[float]
    money: str = "revenue"
    amount: str = "past_value"
    half: bool = True

    def table(self, base: ir.Table) -> pd.DataFrame:
        """Return customers and money, with their shares, by the number of the band."""
        known = base.filter(base[self.column].notnull())
        value: ir.NumericValue = known[self.column]
        band = sum(
            ((value >= end).cast("int8") for end in self.lower_ends[1:]),
            start=ibis.literal(0, "int8"),
        )
        found = known.group_by(band=band).aggregate(
            customers=known.count(), **{self.amount: known[self.money].sum().fill_null(0.0)}
        )
        rows = range(len(self.lower_ends))
        table = found.to_pandas().set_index("band").reindex(rows, fill_value=0)
        return with_shares(table, ["customers", self.amount])

    def chart(
        self, title: str, labels: Sequence[str], table: pd.DataFrame, say: MessageCatalogue
    ) -> Chart:
        """Return the chart of the bands that have customers, with its numbers."""
        filled = table["customers"].to_numpy() > 0
        shown = table[filled]
        names = [label for label, there in zip(labels, filled, strict=True) if there]
        amounts = f"{self.amount}_share"
        groups = [
            (say("common.customers_share"), shown["customers_share"].tolist()),
            (say(f"common.{amounts}"), shown[amounts].tolist()),
        ]
        columns = common(say, "customers", "customers_share", self.amount, amounts)
        return Chart(
            id=f"chart-{self.name}",
            title=title,
            figure=share_bars(names, groups, say.write),
            alt=say(f"{self.name}.alt", finding=title),
            reading=say(f"{self.name}.reading"),
            table=Table.of(title, shown, ("", names), columns),
            half=self.half,
        )


def band_labels(ends: Sequence[int], say: MessageCatalogue, name: str) -> list[str]:
    """Return the label of each band of whole numbers, `<name>.band` or one of its own."""
    band = f"{name}.band"
    labels = [
        say(f"{band}_{low}") if high - 1 == low else say(band, low=str(low), high=str(high - 1))
        for low, high in pairwise(ends)
    ]
    return [*labels, say(f"{name}.beyond", low=str(ends[-1]))]
