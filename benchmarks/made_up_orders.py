"""Synthetic orders of any size, written to parquet: heavy-tailed customers, season, discounts.

    python benchmarks/made_up_orders.py 10000000 1000000 orders.parquet

An order has three lines. The order rate of customers is lognormal (sigma 1). Orders are closer
together early in a customer's life. December is twice as busy as June. Every number is a hash of
its row's key, so the same sizes give the same rows on any machine. The season removes orders, and
with them about a tenth of the customers: a base has somewhat fewer than requested.
"""

import sys
from pathlib import Path

import duckdb

LINES_AN_ORDER = 3
LEFT = 0.75  # share of the orders that remain after the season
FIRST_DAY, DAYS = "2023-01-01", 730
LAST_DAY = "2024-12-31"

# `draw(n, key)` is a number in [0, 1): the nth use of a key.
DRAW = "create macro draw(n, key) as (hash(key * 31 + n) % 1000003) / 1000003.0"
ORDERS = f"""
copy (
    with customers as (
        select range as customer_id,
            -- Box & Muller: a standard normal number from two even ones
            exp(sqrt(-2 * ln(draw(1, range) + 1e-9)) * cos(2 * pi() * draw(2, range))) as rate,
            floor(pow(draw(3, range), 2) * {DAYS} * 0.9)::int as joined
        from range($customers)
    ),
    sized as (
        select customer_id, joined,
            greatest(1, round(rate / average * $orders / $customers))::int as orders
        from customers, (select avg(rate) as average from customers)
    ),
    orders as (
        select customer_id, customer_id * 100003 + number as order_id,
            joined + floor(pow(draw(4, order_id), 1.5) * ({DAYS} - joined))::int as day
        from sized, unnest(range(orders)) as numbers(number)
    ),
    kept as (
        select * from orders
        where draw(5, order_id) < {LEFT} + (1 - {LEFT}) * cos(2 * pi() * (day % 365) / 365)
    )
    select customer_id, order_id,
        timestamp '{FIRST_DAY}' + to_days(day)
            + to_minutes((480 + draw(6, order_id) * 720)::int) as ordered_at,
        'category ' || (draw(7, order_id * 7 + line) * draw(8, order_id) * 40)::int as category,
        round(5 + 20 * pow(draw(9, order_id * 7 + line), 3) * (1 + customer_id % 7), 2) as amount,
        case when draw(10, order_id * 7 + line) < 0.2
            then round(draw(11, order_id) * 3, 2) else 0 end as discount,
        1 + (draw(12, order_id * 7 + line) * 3)::int as quantity
    from kept, unnest(range({LINES_AN_ORDER})) as lines(line)
) to '{{target}}' (format parquet, compression zstd)
"""


def write_orders(lines: int, customers: int, target: Path) -> tuple[int, int]:
    """Write about `lines` lines of about `customers` customers; return the actual numbers."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(DRAW)
        values = {"customers": customers, "orders": lines / LINES_AN_ORDER / LEFT}
        connection.execute(ORDERS.format(target=target), values)
        counted = "select count(*), count(distinct customer_id) from read_parquet($lines)"
        row = connection.execute(counted, {"lines": str(target)}).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


if __name__ == "__main__":
    written, those = write_orders(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(f"{written:,} lines of {those:,} customers in {sys.argv[3]}\n")
