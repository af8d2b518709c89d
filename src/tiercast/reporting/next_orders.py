"""Next orders due: how many in each of the coming weeks, by whom, and who is overdue."""

import datetime as dt
import math
from collections.abc import Hashable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import plotly.graph_objects as go

from tiercast.formats import ratio
from tiercast.reporting.customer_ids import shown_ids
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Chart, Measure, Note, Part, Section, Table
from tiercast.reporting.theme import STRONG, figure

WEEK_DAYS = 7
MOST_WEEKS = 14
LENGTH = 10  # of each list
OVERDUE = "at_risk"  # the lifecycle stage of those overdue by their own rhythm
DATES = ("next_order_date", "next_order_low", "next_order_high")


def dated(inputs: Inputs) -> ir.Table:
    """Return a row per customer with a next order within the horizon, more likely than not."""
    scores = inputs.scores.select("customer_id", *DATES)
    rows = inputs.base.inner_join(scores, "customer_id")
    return rows.filter(rows.next_order_date.notnull())


def by_week(inputs: Inputs) -> pd.DataFrame:
    """Return one row per week from the scored day on, up to the horizon.

    Columns: starts (its first day), customers (whose date lies in it), expected_value (theirs).
    """
    rows = dated(inputs)
    day = ibis.date(inputs.as_of.isoformat())
    days = rows.next_order_date.cast("date").delta(day, unit="day")
    found = rows.group_by(week=(days / WEEK_DAYS).floor().cast("int64")).agg(
        customers=rows.count(), expected_value=rows.expected_value.sum()
    )
    weeks = min(math.ceil(inputs.target.horizon_days / WEEK_DAYS), MOST_WEEKS)
    table = found.to_pandas().set_index("week").reindex(range(weeks), fill_value=0)
    starts = [inputs.as_of + dt.timedelta(days=WEEK_DAYS * week) for week in table.index]
    return table.assign(starts=starts)


def due(inputs: Inputs) -> pd.DataFrame:
    """Return rows of those due within two weeks, most expected value first, at most `LENGTH`.

    Those overdue are left out: they have a list of their own.
    """
    rows = dated(inputs)
    rows = rows.filter(rows.lifecycle_stage != OVERDUE)
    soon = ibis.date((inputs.as_of + dt.timedelta(days=2 * WEEK_DAYS)).isoformat())
    chosen = rows.filter(rows.next_order_date.cast("date") < soon)
    return _first(chosen)


def overdue(inputs: Inputs) -> tuple[int, pd.DataFrame]:
    """Return how many are overdue by their own rhythm, and rows of those who will bring most."""
    scores = inputs.scores.select("customer_id", *DATES)
    base = inputs.base.filter(inputs.base.lifecycle_stage == OVERDUE)
    late = base.inner_join(scores, "customer_id")
    return int(late.count().execute()), _first(late)


def big_orders(inputs: Inputs) -> pd.DataFrame:
    """Return rows of a few customers whose big order of a year ago is due, the next date first."""
    base = inputs.base
    if "big_order_due_on" not in base.columns:
        return pd.DataFrame()
    rows = base.filter(base.big_order_due_on.notnull())
    ranked = rows.order_by("big_order_due_on", rows.big_order_last_year.desc(), "customer_id")
    shown = ("customer_id", "tier", "big_order_due_on", "big_order_last_year", "expected_value")
    return ranked.limit(LENGTH).select(*shown).to_pandas()


def _first(rows: ir.Table) -> pd.DataFrame:
    ranked = rows.order_by(rows.expected_value.desc(), "customer_id").limit(LENGTH)
    shown = (*DATES, "expected_value", "recency_days", "gap_mean_days", "revenue_365d")
    return ranked.select("customer_id", "tier", *shown).to_pandas()


def next_orders_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on next orders."""
    weeks = by_week(inputs)
    late, listed = overdue(inputs)
    expected, week = int(dated(inputs).count().execute()), weeks["customers"].iloc[0]
    write = say.write.about(expected)
    key = "headline" if week else "headline_later" if expected else "headline_nobody"
    headline = say(
        f"next_orders.{key}",
        due=write.count(expected),
        share=write.share(ratio(expected, int(inputs.base.count().execute()))),
        week=say.write.about(week).count(week),
        overdue=_overdue(late, say),
    )
    parts: list[Part] = [
        _weeks(weeks, expected, say) if expected else Note(say("next_orders.nobody"))
    ]
    for name, people in (("due", due(inputs)), ("overdue", listed)):
        parts.append(_people(name, people, inputs, say))
    if len(big := big_orders(inputs)):
        parts.append(_big_orders(big, inputs, say))
    return Section("next-orders", say("next_orders.title"), headline, parts)


def _overdue(late: int, say: MessageCatalogue) -> str:
    """Return how many are overdue, in a sentence."""
    key = "next_orders.overdue_count" if late else "next_orders.overdue_count_none"
    return say(key, late=say.write.about(late).count(late))


def _weeks(weeks: pd.DataFrame, expected: int, say: MessageCatalogue) -> Chart:
    labels = [say.write.day(day) for day in weeks["starts"]]
    counts = weeks["customers"].tolist()
    most = int(weeks["customers"].to_numpy().argmax())
    write = say.write.about(counts[most])
    title = say(
        "next_orders.finding",
        week=labels[most],
        customers=write.count(counts[most]),
        share=write.share(ratio(counts[most], expected)),
    )
    bars = go.Bar(
        x=labels,
        y=counts,
        text=[say.write.count(count) if count else "" for count in counts],
        textposition="outside",
        cliponaxis=False,
        customdata=[say.write.total(float(value)) for value in weeks["expected_value"]],
        marker={"color": STRONG},
        hovertemplate=say("next_orders.hover") + "<extra></extra>",
    )
    columns = (
        Measure(say("common.customers"), "customers", say.write.count),
        Measure(say("common.expected_value"), "expected_value", say.write.total),
    )
    axis = {"type": "category", "title": {"text": say("next_orders.x")}}
    return Chart(
        id="chart-next-orders",
        title=title,
        figure=figure([bars], height=340, bargap=0.25, xaxis=axis, yaxis={"visible": False}),
        alt=say("next_orders.alt", finding=title),
        reading=say("next_orders.reading"),
        table=Table.of(title, weeks, (say("next_orders.x"), labels), columns),
    )


def _big_orders(people: pd.DataFrame, inputs: Inputs, say: MessageCatalogue) -> Table:
    """Return who is due for a yearly big order, when, and how big it was."""
    ids = shown_ids(people["customer_id"].tolist(), inputs)
    rows = [
        [
            Cell(customer),
            Cell(say.label("tier", row["tier"])),
            Cell(say.write.day(row["big_order_due_on"])),
            Cell(say.write.money(row["big_order_last_year"])),
            Cell(say.write.money(row["expected_value"])),
        ]
        for customer, row in zip(ids, people.to_dict("records"), strict=True)
    ]
    columns = ("customer", "tier", "big_date", "big_amount", "expected")
    heads = [say(f"next_orders.columns.{column}") for column in columns]
    title, note = say("next_orders.big.title"), say("next_orders.big.note")
    return Table(title, heads, rows, note, words=True)


def _people(name: str, people: pd.DataFrame, inputs: Inputs, say: MessageCatalogue) -> Part:
    title = say(f"next_orders.{name}.title")
    if people.empty:
        return Note(f"{title}: {say(f'next_orders.{name}.empty')}")
    ids = shown_ids(people["customer_id"].tolist(), inputs)
    rows = [
        [
            Cell(customer),
            Cell(say.label("tier", row["tier"])),
            *_dates(row, say),
            Cell(say.write.count(row["recency_days"])),
            Cell("" if pd.isna(row["gap_mean_days"]) else say.write.decimal(row["gap_mean_days"])),
            Cell(say.write.money(row["expected_value"])),
        ]
        for customer, row in zip(ids, people.to_dict("records"), strict=True)
    ]
    columns = ("customer", "tier", "date", "interval", "last", "gap", "expected")
    heads = [say(f"next_orders.columns.{column}") for column in columns]
    return Table(title, heads, rows, say(f"next_orders.{name}.note"), words=True)


def _dates(row: Mapping[Hashable, Any], say: MessageCatalogue) -> list[Cell]:
    """Return the next order's day and its interval; in words where it lies beyond the horizon."""
    day, low, high = (row[name] for name in DATES)
    if pd.isna(day):
        return [Cell(say("next_orders.beyond")), Cell("")]
    latest = say("next_orders.later") if pd.isna(high) else say.write.day(high)
    return [Cell(say.write.day(day)), Cell(f"{say.write.day(low)} – {latest}")]
