"""The base at a glance: how many, how alive, what to expect."""

import math
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import pandas as pd

from tiercast.formats import ratio
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.left_out import left_out_sentence
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_days import past_totals, ran_off
from tiercast.reporting.section import Card, Cards, Chart, Note, Part, Section, Table, common
from tiercast.reporting.share_bars import share_bars, with_shares
from tiercast.reporting.sums import SumInterval
from tiercast.snapshots.grid import MOST_LISTED

# Lower ends of the bands; a customer belongs to the last one reached.
RECENCY_BANDS = (0, 8, 31, 91, 181, 366)
ORDER_BANDS = (1, 2, 3, 6, 11, 21, 51)


@dataclass(frozen=True)
class BaseTotals:
    """Sums over the whole base: money in the unit of the orders, customers as counts."""

    customers: int
    buyers: float
    expected_value: float
    past_value: float
    value_at_stake: float
    one_time: int


def totals(inputs: Inputs) -> BaseTotals:
    """Return the sums over all scored customers."""
    base = inputs.base
    row = base.aggregate(
        customers=base.count(),
        buyers=(1 - base.churn_probability).sum(),
        expected_value=base.expected_value.sum(),
        past_value=base.revenue_365d.sum(),
        value_at_stake=base.value_at_stake.sum(),
        one_time=(base.orders == 1).sum().fill_null(0),
    ).to_pyarrow()
    return BaseTotals(**{name: value or 0 for name, value in row.to_pylist()[0].items()})


def overview_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on the base as a whole."""
    sums = totals(inputs)
    headline = say(
        "overview.headline",
        customers=say.write.count(sums.customers),
        buyers=say.write.count(sums.buyers),
        expected=say.write.total(sums.expected_value),
        interval=_interval(inputs.sums.base, say),
        past=_past(past_totals(inputs), say),
    )
    left_out = left_out_sentence(inputs.left_out, inputs.target, say)
    parts: tuple[Part, ...] = (
        Cards(_cards(sums, inputs.sums.base, say)),
        *([Note(left_out)] if left_out else []),
        *_grid(inputs, say),
        *_outlying(inputs, say),
        Note(say("overview.season.known" if inputs.season_known else "overview.season.unknown")),
        *_certain(inputs, say),
        _recency_chart(inputs, say),
        _orders_chart(inputs, say),
    )
    return Section("overview", say("overview.title"), headline, parts)


def _certain(inputs: Inputs, say: MessageCatalogue) -> list[Note]:
    """Return the note that churn is certain, where all past customers ordered or none did."""
    certain = inputs.manifest.get("certainty")
    if not certain:
        return []
    key = "overview.certain.everybody" if certain["everybody"] else "overview.certain.nobody"
    filled = {
        "rows": say.write.count(certain["rows"]),
        "days": say.write.count(inputs.manifest["horizon_days"]),
        "chance": f"{certain['churn_probability']:.2%}",
    }
    return [Note(say(key, **filled))]


def _grid(inputs: Inputs, say: MessageCatalogue) -> tuple[Note, ...]:
    """Return what the totals are of where orders lie on certain days alone."""
    if inputs.grid is None:
        return ()
    days = [date.fromisoformat(day) for day in inputs.grid["days"]]
    shown = ", ".join(say.date(day) for day in days[:MOST_LISTED])
    shown += ", ..." if len(days) > MOST_LISTED else ""
    return (Note(say("overview.grid", days=shown, count=say.write.count(len(days)))),)


def _outlying(inputs: Inputs, say: MessageCatalogue) -> tuple[Note, ...]:
    """Return how orders far beyond all others count in the totals; no id is shown."""
    found = inputs.outlying
    if found is None:
        return ()
    largest = found["orders"][0]
    words = {
        "orders": say.write.count(found["rows"]),
        "customers": say.write.count(found["customers"]),
        "amount": say.write.money(largest["amount"]),
        "day": say.date(date.fromisoformat(largest["ordered_on"])),
        "counts_as": say.write.money(found["counts_as"]),
    }
    return (
        Note(
            say("overview.outlying.held" if found["held"] else "overview.outlying.full", **words)
        ),
    )


def _interval(whole: SumInterval, say: MessageCatalogue) -> str:
    if math.isnan(whole.low):
        return ""
    return say("overview.sure", low=say.write.total(whole.low), high=say.write.total(whole.high))


def _past(before: pd.DataFrame, say: MessageCatalogue) -> str:
    """Return the warning that belongs to a total when those before ran off in one direction."""
    off = ran_off(before)
    if off is None:
        return ""
    return say(
        "overview.ran_high" if off > 0 else "overview.ran_low",
        share=say.write.share(abs(off)),
        days=say.write.count(len(before)),
    )


def _cards(sums: BaseTotals, whole: SumInterval, say: MessageCatalogue) -> list[Card]:
    each = ratio(sums.expected_value, sums.customers)
    limits = {"low": say.write.total(whole.low), "high": say.write.total(whole.high)}
    details = {
        "customers": (say.write.count(sums.customers), {}),
        "buyers": (
            say.write.count(sums.buyers),
            {"share": _share(sums.buyers, sums.customers, say)},
        ),
        "expected": (
            say.write.total(sums.expected_value),
            {"each": say.write.money(each)} | limits,
        ),
        "at_stake": (
            say.write.total(sums.value_at_stake),
            {"share": _share(sums.value_at_stake, sums.past_value, say)},
        ),
        "one_time": (
            _share(sums.one_time, sums.customers, say),
            {"count": say.write.count(sums.one_time)},
        ),
    }
    return [
        Card(value, say(f"overview.cards.{name}"), say(f"overview.cards.{name}_detail", **filled))
        for name, (value, filled) in details.items()
    ]


def _share(part: float, whole: float, say: MessageCatalogue) -> str:
    return say.write.share(ratio(part, whole))


def _banded(inputs: Inputs, column: str, lower_ends: tuple[int, ...]) -> pd.DataFrame:
    """Return customers, past value and both shares for each band of a column, by its number."""
    base = inputs.base.filter(inputs.base[column].notnull())
    value: ir.NumericValue = base[column]
    band = sum(
        ((value >= end).cast("int8") for end in lower_ends[1:]), start=ibis.literal(0, "int8")
    )
    found = base.group_by(band=band).aggregate(
        customers=base.count(), past_value=base.revenue.sum().fill_null(0.0)
    )
    table = found.to_pandas().set_index("band").reindex(range(len(lower_ends)), fill_value=0)
    return with_shares(table, ["customers", "past_value"])


def _recency_chart(inputs: Inputs, say: MessageCatalogue) -> Chart:
    table = _banded(inputs, "recency_days", RECENCY_BANDS)
    labels = _band_labels(RECENCY_BANDS, say, "overview.recency.band", "overview.recency.beyond")
    recent = float(table["customers_share"].iloc[:2].sum())
    title = say("overview.recency.title", share=say.write.share(recent))
    return _band_chart("recency", title, labels, table, say)


def _orders_chart(inputs: Inputs, say: MessageCatalogue) -> Chart:
    table = _banded(inputs, "orders", ORDER_BANDS)
    labels = _band_labels(ORDER_BANDS, say, "overview.orders.band", "overview.orders.beyond")
    # The smallest group of loyal buyers that brought at least half of the money.
    loyal = int((table["past_value_share"][::-1].cumsum() < 0.5).sum())
    rows = table.iloc[max(len(table) - 1 - loyal, 0) :]
    title = say(
        "overview.orders.title",
        least=str(ORDER_BANDS[max(len(table) - 1 - loyal, 0)]),
        share=say.write.share(float(rows["customers_share"].sum())),
        value_share=say.write.share(float(rows["past_value_share"].sum())),
    )
    return _band_chart("orders", title, labels, table, say)


def _band_labels(
    ends: tuple[int, ...], say: MessageCatalogue, band: str, beyond: str
) -> list[str]:
    labels = [
        say(f"{band}_{low}") if high - 1 == low else say(band, low=str(low), high=str(high - 1))
        for low, high in pairwise(ends)
    ]
    return [*labels, say(beyond, low=str(ends[-1]))]


def _band_chart(
    name: str, title: str, labels: list[str], table: pd.DataFrame, say: MessageCatalogue
) -> Chart:
    filled = table["customers"].to_numpy() > 0
    shown = table[filled]
    names = [label for label, there in zip(labels, filled, strict=True) if there]
    groups = [
        (say("common.customers_share"), shown["customers_share"].tolist()),
        (say("common.past_value_share"), shown["past_value_share"].tolist()),
    ]
    return Chart(
        id=f"chart-{name}",
        title=title,
        figure=share_bars(names, groups, say.write),
        alt=say(f"overview.{name}.alt", finding=title),
        reading=say(f"overview.{name}.reading"),
        table=_numbers(title, names, shown, say),
        half=True,
    )


def _numbers(title: str, names: list[str], shown: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = common(say, "customers", "customers_share", "past_value", "past_value_share")
    return Table.of(title, shown, ("", names), columns)
