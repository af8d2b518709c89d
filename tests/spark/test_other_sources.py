"""CSV, queries and damaged files on the cluster."""

import pandas as pd
import pytest

from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.sources.canonical import open_base

LINES = """\
kunde;datum;betrag
1;2024-01-05 10:00:00;10.5
1;2024-01-06T23:30:00+02:00;3
2;2024-02-30;4
;2024-01-07;5
3;2024-03-01;NaN
4;12:30;1
5;2024/03/02;1
"""


# Amounts and times that are text, blanks at an id's end, a query, an order's total on each line.
WRITTEN = """\
who;order;time;paid
ann ;1;05.01.2024 10:00;1.234,50 €
ann;2;06.01.2024 10:00;(7,25)
NULL;3;06.01.2024 10:00;1,00
bob;4;07.01.2024 10:00;3,00
bob;4;07.01.2024 10:00;3,00
"""
QUERY = 'select who as customer_id, "order" as order_id, time as ordered_at, paid from lines'


def csv_source(folder):
    (folder / "lines.csv").write_text(LINES)
    columns = {"customer_id": "kunde", "ordered_at": "datum", "amount": "betrag"}
    return {"path": str(folder / "lines.csv"), "columns": columns}


def query_source(folder):
    (folder / "written.csv").write_text(WRITTEN)
    return {
        "files": {"lines": str(folder / "written.csv")},
        "query": QUERY,
        "columns": {"amount": "paid"},
        "time_format": "%d.%m.%Y %H:%M",
        "amount_is": "order",
    }


def zoned_source(folder):
    times = pd.to_datetime(["2024-01-05 22:30", "2024-07-05 22:30"]).tz_localize("UTC")
    frame = pd.DataFrame({"customer_id": [1, 2], "ordered_at": times, "amount": [1.0, 2.0]})
    frame.assign(colour="red").astype({"ordered_at": "datetime64[us, UTC]"}).to_parquet(
        folder / "zoned.parquet"
    )
    return {"path": str(folder / "zoned.parquet")}


@pytest.mark.parametrize("source_in", [csv_source, query_source, zoned_source])
def test_a_source_is_read_as_by_duckdb(cluster, tmp_path, source_in):
    sources = {"transactions": source_in(tmp_path)}
    settings = {"name": "csv", "sources": sources, "timezone": "Europe/Berlin"}
    told = []
    for engine in ("duckdb", cluster.url):
        output = {"path": str(tmp_path / "out")}
        config = Config.model_validate(settings | {"engine": engine, "output": output})
        with open_base(config) as base:
            rows = base.transactions.to_pandas().sort_values("ordered_at", ignore_index=True)
            told.append((rows, base.report))
    pd.testing.assert_frame_equal(told[1][0], told[0][0])
    here, there = (report for _, report in told)
    assert there.tables == here.tables
    assert [(f.rule, f.rows) for f in there.findings] == [(f.rule, f.rows) for f in here.findings]


def test_a_damaged_parquet_file_is_refused_with_what_to_do(cluster, tmp_path):
    (tmp_path / "lines.parquet").write_bytes(b"PAR1 and no more")
    source = {"path": str(tmp_path / "lines.parquet")}
    settings = {"name": "damaged", "sources": {"transactions": source}, "engine": cluster.url}
    config = Config.model_validate(settings | {"output": {"path": str(tmp_path / "out")}})
    message = r"lines\.parquet: cannot be read: .*; export again or mend it"
    with pytest.raises(DataContractError, match=message), open_base(config):
        pass
