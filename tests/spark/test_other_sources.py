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


def csv_base(folder):
    (folder / "lines.csv").write_text(LINES)
    columns = {"customer_id": "kunde", "ordered_at": "datum", "amount": "betrag"}
    return {"transactions": {"path": str(folder / "lines.csv"), "columns": columns}}


def query_and_zoned_base(folder):
    (folder / "written.csv").write_text(WRITTEN)
    query = {
        "files": {"lines": str(folder / "written.csv")},
        "query": QUERY,
        "columns": {"amount": "paid"},
        "time_format": "%d.%m.%Y %H:%M",
        "amount_is": "order",
    }
    times = pd.to_datetime(["2024-01-05 22:30", "2024-07-05 22:30"]).tz_localize("UTC")
    frame = pd.DataFrame(
        {"customer_id": ["ann", "bob"], "contacted_at": times, "cost": [1.0, 2.0]}
    )
    frame.assign(campaign_id=7, colour="red").astype(
        {"contacted_at": "datetime64[us, UTC]"}
    ).to_parquet(folder / "zoned.parquet")
    return {"transactions": query, "contacts": {"path": str(folder / "zoned.parquet")}}


def base_of_files_with_different_columns(folder):
    older = pd.DataFrame({"customer_id": [1, 2], "ordered_at": ["2024-01-05", "2024-01-06"]})
    older = older.assign(ordered_at=older.ordered_at.astype("datetime64[us]"), amount=5.0)
    newer = older.assign(order_id=["o1", "o2"], amount=[5.0, 7.0])
    older.to_parquet(folder / "older.parquet", index=False)
    newer.to_parquet(folder / "newer.parquet", index=False)
    return {"transactions": {"path": str(folder)}}


def rows_of(base):
    """Return each table's rows, in order of all their values."""
    return {
        name: table.to_pandas().sort_values(list(table.columns), ignore_index=True)
        for name, table in base.tables.items()
    }


@pytest.mark.parametrize(
    "sources_in", [csv_base, query_and_zoned_base, base_of_files_with_different_columns]
)
def test_sources_are_read_as_by_duckdb(cluster, tmp_path, sources_in):
    settings = {"name": "csv", "sources": sources_in(tmp_path), "timezone": "Europe/Berlin"}
    found = []
    for engine in ("duckdb", cluster.url):
        output = {"path": str(tmp_path / "out")}
        config = Config.model_validate(settings | {"engine": engine, "output": output})
        with open_base(config) as base:
            found.append((rows_of(base), base.report))
    (here, reported_here), (there, reported_there) = found
    assert there.keys() == here.keys() == settings["sources"].keys()
    for name, rows in here.items():
        pd.testing.assert_frame_equal(there[name], rows)
    assert reported_there.tables == reported_here.tables
    assert [(f.rule, f.rows) for f in reported_there.findings] == [
        (f.rule, f.rows) for f in reported_here.findings
    ]


def test_a_damaged_parquet_file_is_refused_with_what_to_do(cluster, tmp_path):
    (tmp_path / "lines.parquet").write_bytes(b"PAR1 and no more")
    source = {"path": str(tmp_path / "lines.parquet")}
    settings = {"name": "damaged", "sources": {"transactions": source}, "engine": cluster.url}
    config = Config.model_validate(settings | {"output": {"path": str(tmp_path / "out")}})
    message = r"lines\.parquet: cannot be read: .*; export again or mend it"
    with pytest.raises(DataContractError, match=message), open_base(config):
        pass
