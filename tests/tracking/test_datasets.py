import datetime as dt
import json

import pandas as pd
import pytest

from tiercast.config.loading import parse_config
from tiercast.contract.report import DataReport, TableSummary
from tiercast.tracking.datasets import cutoff_dataset, source_datasets

FIRST, LAST = dt.datetime(2024, 1, 1), dt.datetime(2024, 6, 30, 12)
REPORT = DataReport(
    "shop", (TableSummary("transactions", "orders", 12, 10, 2, 4, FIRST, LAST),), (), 0
)


def logged(source, fingerprint="10-ab-cd"):
    settings = {"name": "shop", "sources": {"transactions": source}}
    config = parse_config(settings, origin="shop.yaml")
    (found,) = source_datasets(config, REPORT, {"transactions": fingerprint})
    return found.dataset


def test_a_table_is_a_dataset_with_its_fingerprint_and_size():
    found = logged({"path": "data/orders.csv"})
    assert (found.name, found.digest) == ("shop.transactions", "10-ab-cd")
    profile = json.loads(found.profile)
    assert (profile["num_rows"], profile["rows_quarantined"]) == (10, 2)
    assert profile["last"] == "2024-06-30T12:00:00"


@pytest.mark.parametrize(
    ("source", "kind", "place"),
    [
        ({"path": "data/orders.csv"}, "local", {"uri": "data/orders.csv"}),
        ({"path": "s3://shop/orders/*.parquet"}, "s3", {"uri": "s3://shop/orders/*.parquet"}),
        ({"path": "https://host/o.csv"}, "http", {"url": "https://host/o.csv"}),
        ({"path": "sample://cdnow/x"}, "code", {"tags": {"path": "sample://cdnow/x"}}),
    ],
)
def test_a_source_is_of_mlflows_kind_by_its_path(source, kind, place):
    found = logged(source)
    assert (found.source_type, json.loads(found.source)) == (kind, place)


def test_a_source_is_told_as_the_config_has_it(monkeypatch):
    monkeypatch.setenv("SHOP_SIG", "geheim-5c1d")
    monkeypatch.setenv("SHOP_DB", "postgresql://ann:geheim-5c1d@host/shop")
    assert json.loads(logged({"path": "https://host/o.csv?sig=${SHOP_SIG}"}).source) == {
        "url": "https://host/o.csv?sig=${SHOP_SIG}"
    }
    database = logged({"connection": "${SHOP_DB}", "table": "orders"})
    assert database.source_type == "code"
    assert "geheim" not in database.source


def test_a_long_fingerprint_is_shortened_and_still_tells_apart():
    one, other = (logged({"path": "o.csv"}, f"{10**30}-{n}-cdef0123456789") for n in (1, 2))
    assert len(one.digest) == 36
    assert one.digest != other.digest
    assert json.loads(one.profile)["fingerprint"].endswith("-1-cdef0123456789")


def test_a_cutoff_is_told_by_what_came():
    rows = pd.DataFrame({"customer_id": [1, 2], "ordered": [True, False], "value": [5.0, 0.0]})
    one, other = (cutoff_dataset("shop", dt.date(2024, 1, 1), f) for f in (rows, rows.iloc[:1]))
    assert one.name == other.name == "shop at 2024-01-01"
    assert one.digest != other.digest
