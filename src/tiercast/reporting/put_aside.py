"""What was put aside: the order lines that no figure counts, with their money, by rule."""

from dataclasses import dataclass

import pandas as pd

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.known_orders import KnownOrders
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Measure, Note, Section, Table
from tiercast.sources.screened import UNCOUNTED


@dataclass(frozen=True)
class PutAside:
    """Order lines put aside before a day.

    Attributes
    ----------
    rules
        One row per rule, most money first: rule, rows, money (NaN where a row's money is no money
        or stands in another row), rows_share and money_share (of all lines).
    rows, money
        Those put aside, and their money as far as it can be read.
    rows_share, money_share
        Their shares of all lines, 0 to 1.
    all_rows
        All lines, those put aside included.
    """

    rules: pd.DataFrame
    rows: int
    money: float
    rows_share: float
    money_share: float
    all_rows: int


def put_aside(known: KnownOrders) -> PutAside:
    """Return the lines put aside."""
    found = known.aside.to_pandas()
    rules = found[found["rule"].notna()].sort_values(["money", "rows"], ascending=False)
    all_rows, all_money = int(found["rows"].sum()), float(found["money"].sum())
    rows, money = int(rules["rows"].sum()), float(rules["money"].sum())
    rules = rules.assign(
        money=rules["money"].where(~rules["rule"].isin(UNCOUNTED)),
        rows_share=rules["rows"] / max(all_rows, 1),
    )
    rules["money_share"] = rules["money"] / all_money if all_money else float("nan")
    return PutAside(
        rules.reset_index(drop=True),
        rows,
        money,
        rows / max(all_rows, 1),
        money / all_money if all_money else 0.0,
        all_rows,
    )


def put_aside_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on what was put aside, or on why the orders were not read."""
    title = say("aside.title")
    if inputs.known is None:
        on_spark = inputs.config.on_spark
        text = say("aside.spark") if on_spark else say("aside.unread", reason=inputs.unread)
        return Section("aside", title, text, ())
    found = put_aside(inputs.known)
    others = _others(inputs, inputs.known, say)
    if not found.rows:
        lines = say.write.count(found.all_rows)
        return Section("aside", title, say("aside.none", rows=lines), others)
    headline = say(
        "aside.headline",
        rows=say.write.count(found.rows),
        share=say.write.tenths(found.rows_share),
        money=say.write.total(found.money),
        money_share=say.write.tenths(found.money_share),
    )
    columns = (
        Measure(say("aside.columns.rows"), "rows", say.write.count),
        Measure(say("aside.columns.rows_share"), "rows_share", say.write.tenths),
        Measure(say("aside.columns.money"), "money", say.write.total),
        Measure(say("aside.columns.money_share"), "money_share", say.write.tenths),
    )
    names = [say(f"aside.rules.{rule}") for rule in found.rules["rule"]]
    first = (say("aside.columns.rule"), names)
    table = Table.of(say("aside.table"), found.rules, first, columns, note=say("aside.note"))
    return Section("aside", title, headline, (table, *others))


def _others(inputs: Inputs, known: KnownOrders, say: MessageCatalogue) -> tuple[Note, ...]:
    """Return a note where the orders read are not of the customers who were scored."""
    now = int(known.orders.customer_id.nunique().execute())
    scored = int(inputs.base.count().execute())
    if now == scored:
        return ()
    texts = {"now": say.write.count(now), "scored": say.write.count(scored)}
    return (Note(say("aside.others", **texts)),)
