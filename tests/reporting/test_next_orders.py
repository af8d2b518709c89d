import datetime as dt
from dataclasses import replace

import ibis
import pandas as pd
import pyarrow as pa
import pytest

from tiercast.lists.base import due_on
from tiercast.reporting.messages import load_messages
from tiercast.reporting.next_orders import big_orders, by_week, due, next_orders_section, overdue

DAYS = (0, 6, 7, 13, 89, None, None, None)  # after the scored day; ann, bob, ... hal


@pytest.fixture
def inputs(with_orders, base_scores):
    day = base_scores["as_of"].iloc[0]
    dates = [None if n is None else day + dt.timedelta(days=n) for n in DAYS]
    later = [None if n is None or n > 80 else day + dt.timedelta(days=n + 9) for n in DAYS]
    return with_orders(
        scores=base_scores.assign(
            next_order_date=dates, next_order_low=dates, next_order_high=later
        )
    )


def test_weeks_are_half_open_from_the_scored_day_on(inputs):
    table = by_week(inputs)
    assert table["customers"].tolist() == [2, 2, *[0] * 10, 1]
    assert table["expected_value"].tolist()[:2] == [700, 190]
    assert table["starts"].iloc[1] == dt.date(2024, 3, 8)


def test_those_due_are_in_their_rhythm_and_the_most_valuable_first(inputs):
    """Bob is overdue: he is on the other list."""
    assert due(inputs)["customer_id"].tolist() == ["ann", "cat", "dan"]
    count, listed = overdue(inputs)
    assert (count, listed["customer_id"].tolist()) == (2, ["bob", "fay"])


def test_the_chapter_masks_ids_and_tells_dates_with_their_range(inputs):
    section = next_orders_section(inputs, load_messages("en"))
    assert section.headline == (
        "5 customers (62%) are more likely than not to order in the next 90 days; for 2 of them "
        "the order is due within the first 7 days. 2 are overdue by their own rhythm."
    )
    soon, late = (part for part in section.parts if part.kind == "table")
    assert [cell.text for cell in soon.rows[0]][:4] == ["a…n", "Top", "1 Mar", "1 Mar – 10 Mar"]
    assert [cell.text for cell in late.rows[1]][2:4] == ["more likely not within 90 days", ""]


def test_ids_are_full_where_the_config_says_so(with_orders):
    section = next_orders_section(with_orders(report={"ids": "full"}), load_messages("en"))
    table = next(part for part in section.parts if part.kind == "table")
    assert table.rows[0][0].text == "ann"


def test_nobody_due_is_said_in_words(with_orders, base_scores):
    never = pd.Series([None] * len(base_scores), dtype=pd.ArrowDtype(pa.date32()))
    dates = ("next_order_date", "next_order_low", "next_order_high")
    none = base_scores.reset_index(drop=True).assign(**dict.fromkeys(dates, never))
    section = next_orders_section(with_orders(scores=none), load_messages("en"))
    assert section.headline == (
        "Nobody is more likely than not to order in the next 90 days. 2 are overdue by their own "
        "rhythm."
    )
    assert [part.text for part in section.parts if part.kind == "note"] == [
        "Nobody is likely to order in the next 90 days.",
        "Due within 14 days: nobody is due within 14 days.",
    ]


def test_yearly_big_orders_are_listed_by_their_date(inputs):
    base = inputs.base
    days = ibis.cases((base.customer_id == "dan", 20.4), (base.customer_id == "ann", 9.0))
    rows = base.mutate(big_order_due_days=days, big_order_last_year=ibis.literal(5000.0))
    rows = rows.mutate(big_order_due_on=due_on(rows))
    used = replace(inputs, base=rows)
    assert big_orders(used)["customer_id"].tolist() == ["ann", "dan"]
    table = next_orders_section(used, load_messages("en")).parts[-1]
    assert table.title == "Yearly big orders due"
    assert [row[2].text for row in table.rows] == ["10 Mar", "21 Mar"]
    assert table.rows[0][3].text == "5,000"


def test_without_big_orders_there_is_no_such_table(inputs):
    assert next_orders_section(inputs, load_messages("en")).parts[-1].title != (
        "Yearly big orders due"
    )


def test_nobody_overdue_is_said_in_words(with_orders, base_scores):
    scores = base_scores.assign(lifecycle_stage="active")
    section = next_orders_section(with_orders(scores=scores), load_messages("en"))
    assert section.headline.endswith("Nobody is overdue by their own rhythm.")
