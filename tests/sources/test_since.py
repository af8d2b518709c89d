import datetime as dt

import ibis
import pyarrow as pa
import pytest

from tiercast.sources.since import Since

DAY = dt.date(2024, 1, 3)
TIMES = [dt.datetime(2024, 1, 2, 23, 59), dt.datetime(2024, 1, 3), dt.datetime(2024, 1, 9), None]
KINDS = [
    pa.timestamp("us"),
    pa.timestamp("ns"),
    pa.timestamp("s"),
    pa.timestamp("us", tz="UTC"),
    pa.date32(),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_row_is_older_before_midnight_and_newer_without_a_time(kind):
    rows = ibis.memtable(pa.table({"n": range(4), "t": pa.array(TIMES, pa.timestamp("us"))}))
    table = ibis.memtable(rows.to_pyarrow().set_column(1, "t", _cast(kind)))
    since = Since("t", DAY)
    assert sorted(since.newer(table).to_pyarrow()["n"].to_pylist()) == [1, 2, 3]
    assert since.older(table).to_pyarrow()["n"].to_pylist() == [0]


def _cast(kind):
    if pa.types.is_date(kind):
        return pa.array([time and time.date() for time in TIMES], kind)
    return pa.array(TIMES, pa.timestamp("us")).cast(kind)


@pytest.mark.parametrize("column", ["t", "missing"])
def test_of_text_and_of_a_missing_column_all_is_newer(column):
    table = ibis.memtable(pa.table({"n": [1, 2], "t": ["2024-01-01", "soon"]}))
    since = Since(column, DAY)
    assert since.newer(table).count().execute() == 2
    assert since.older(table).count().execute() == 0
