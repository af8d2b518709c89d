"""Known orders of a few lines, whose sums can be worked out by hand."""

import datetime as dt

import ibis
import pytest

from tiercast.modeling.target import Target
from tiercast.past.known import Known
from tiercast.snapshots.orders import begun_orders

DAY = dt.date(2024, 3, 10)
# Customer, day, net money.
LINES = (
    ("ann", "2022-12-30", 50.0),
    ("ann", "2023-03-12", 30.0),
    ("bob", "2023-03-20", 20.0),
    ("ann", "2024-01-05", 40.0),
    ("bob", "2024-01-31", 10.0),
    ("zoe", "2024-02-03", -5.0),
    ("ann", "2024-02-20", 7.0),
    ("bob", "2024-03-10", 999.0),
)


def orders_of(lines):
    rows = [
        {
            "customer_id": who,
            "order_key": number,
            "ordered_on": dt.date.fromisoformat(day),
            "ordered_at": dt.datetime.fromisoformat(day),
            "net_amount": money,
            "net_value": money,
            "returned": max(-money, 0.0),
            "lines": 1,
        }
        for number, (who, day, money) in enumerate(lines)
    ]
    return begun_orders(ibis.memtable(rows), has_order_ids=True)


@pytest.fixture(scope="session")
def known_of():
    """Return a function that makes the known orders of some lines, as of 2024-03-10."""

    def make(lines=LINES, horizon_days=14):
        connection = ibis.duckdb.connect()
        names = {"customer_id": "string", "tier": "string", "expected_value": "float64"}
        aside = {"rule": "string", "day": "date", "rows": "int64", "money": "float64"}
        return Known(
            DAY,
            Target(horizon_days, "revenue"),
            connection,
            connection.create_table("orders", orders_of(lines)),
            {},
            connection.create_table("aside", schema=aside | {"net": "float64"}),
            connection.create_table("scores", schema=names),
        )

    return make
