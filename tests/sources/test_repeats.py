import datetime as dt
import math
from collections import Counter

import ibis
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from tiercast.contract.screening import FLAG_PREFIX, rules_for
from tiercast.contract.tables import TABLES
from tiercast.sources import repeats
from tiercast.sources.repeats import flagged

LINES = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("ordered_at", pa.timestamp("us")),
        ("amount", pa.float64()),
        ("order_id", pa.string()),
        ("quantity__raw", pa.string()),
    ]
)
SOME_LINES = st.lists(
    st.tuples(
        st.sampled_from([1, 2, None]),
        st.just(dt.datetime(2024, 1, 5)),
        st.sampled_from([0.0, -0.0, 5.0, math.nan, None]),
        st.sampled_from(["o1", "o2", None]),
        st.sampled_from(["1", "one"]),
    ),
    min_size=1,
    max_size=12,
)


def repeats_of(lines):
    """Return how many of the lines break the two rules on repeats, and the number of lines."""
    columns = [
        pa.array(values, field.type)
        for values, field in zip(zip(*lines, strict=True), LINES, strict=True)
    ]
    connection = ibis.duckdb.connect()
    rows = connection.create_table("given", pa.Table.from_arrays(columns, schema=LINES))
    rules = rules_for(rows, TABLES["transactions"])
    found = flagged(connection, "flagged", rows, rules).to_pandas()
    connection.disconnect()
    broken = (found[f"{FLAG_PREFIX}{name}"] for name in ("duplicate_line", "repeated_line"))
    return *(int(one.sum()) for one in broken), len(found)


def counted(lines):
    """Return the same, counted line by line."""
    seen = Counter(
        (customer, "nan" if amount is not None and math.isnan(amount) else amount, order)
        for customer, _, amount, order, _ in lines
    )
    in_order = sum(n - 1 for (_, _, order), n in seen.items() if order is not None)
    return in_order, len(lines) - len(seen) - in_order, len(lines)


@given(SOME_LINES)
def test_all_lines_but_the_first_of_equal_ones_are_repeats(lines):
    assert repeats_of(lines) == counted(lines)


def test_lines_of_one_hash_are_compared_in_every_column(monkeypatch):
    monkeypatch.setattr(repeats, "row_hash", lambda rows, _: rows.customer_id * 0)
    first, second = (dt.datetime(2024, 1, day) for day in (5, 6))
    lines = [(1, first, 5.0, "o1", "1"), (1, second, 5.0, "o1", "1"), (1, first, 5.0, "o1", "2")]
    assert repeats_of(lines) == (1, 0, 3)
