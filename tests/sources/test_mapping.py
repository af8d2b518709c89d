import datetime as dt
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TABLES
from tiercast.sources.mapping import map_columns

ORDERS = TABLES["transactions"]


def source(**settings):
    return SourceConfig.model_validate({"path": "orders.csv"} | settings)


def mapped(frame, spec=ORDERS, **settings):
    return map_columns(ibis.memtable(frame), spec, source(**settings)).to_pandas()


def lines(**columns):
    return pd.DataFrame(
        {"customer_id": [1], "ordered_at": ["2024-01-05"], "amount": [1.5]}
    ).assign(**columns)


def times(values, **settings):
    column = pa.array(values)
    frame = pa.table({"customer_id": [1], "ordered_at": column, "amount": [1.0]})
    read = mapped(frame, **settings)["ordered_at"]
    return read.dt.strftime("%Y-%m-%d %H:%M:%S").tolist()


def test_own_names_become_canonical_ones_and_the_rest_is_left_out():
    frame = pd.DataFrame({"who": [1], "day": ["2024-01-05"], "amount": [2.0], "colour": ["red"]})
    table = mapped(frame, columns={"customer_id": "who", "ordered_at": "day"})
    assert [*table.columns] == [
        "customer_id",
        "ordered_at",
        "ordered_at__raw",
        "amount",
        "other_columns__raw",
    ]


def test_profiles_keep_every_column():
    frame = pd.DataFrame({"who": [1], "age": [44], "region": ["north"]})
    table = mapped(frame, TABLES["customers"], columns={"customer_id": "who"})
    assert table.to_dict("records") == [{"customer_id": 1, "age": 44, "region": "north"}]


def test_a_profile_column_may_get_another_name():
    frame = pd.DataFrame({"who": [1], "E-Mail": ["a@b.example"], "region": ["north"]})
    names = {"customer_id": "who", "email": "E-Mail"}
    table = mapped(frame, TABLES["customers"], columns=names)
    assert table.to_dict("records") == [
        {"customer_id": 1, "email": "a@b.example", "region": "north"}
    ]
    with pytest.raises(DataContractError, match=r"`E-Mal` is missing \(did you mean `E-Mail`"):
        mapped(frame, TABLES["customers"], columns=names | {"email": "E-Mal"})
    with pytest.raises(DataContractError, match="there is a column `email`, too; choose another"):
        mapped(frame.assign(email="x"), TABLES["customers"], columns=names)


def test_a_required_column_that_is_missing_is_named_with_a_near_one():
    frame = lines().rename(columns={"amount": "amounts"})
    with pytest.raises(DataContractError) as caught:
        mapped(frame)
    assert str(caught.value) == (
        "orders.csv: column `amount` is missing (did you mean `amounts`?); "
        "map it: `columns: {amount: ...}`. Columns there: customer_id, ordered_at, amounts."
    )


def test_a_mapped_column_that_is_missing_is_named_with_a_near_one():
    with pytest.raises(DataContractError, match=r"`revenu` is missing \(did you mean `revenue`"):
        mapped(lines(revenue=1.0), columns={"amount": "revenu"})


def test_a_map_of_a_name_that_the_table_does_not_have_is_refused():
    with pytest.raises(DataContractError, match="`columns` maps `price`, but transactions has am"):
        mapped(lines(), columns={"price": "amount"})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-01-05", "2024-01-05 00:00:00"),
        ("2024-01-05 23:59:59", "2024-01-05 23:59:59"),
        ("2024-01-05T10:00:00Z", "2024-01-05 10:00:00"),
        ("2024-01-05T10:00:00+02:00", "2024-01-05 08:00:00"),
        ("2024-01-05 23:30:00-05", "2024-01-06 04:30:00"),
    ],
)
def test_iso_text_is_read_as_utc(written, read):
    assert times([written]) == [read]


@pytest.mark.parametrize("written", ["05/01/2024", "20240105", "5 Jan", "2024", "3.5", "x", ""])
def test_text_that_is_not_iso_is_no_time(written):
    table = mapped(lines(ordered_at=[written]))
    assert table["ordered_at"].isna().all()
    assert table["ordered_at__raw"].tolist() == [written]


@pytest.mark.parametrize(
    ("written", "time_format", "read"),
    [
        ("20240105", "%Y%m%d", "2024-01-05 00:00:00"),
        (20240105, "%Y%m%d", "2024-01-05 00:00:00"),
        ("05/01/2024", "%d/%m/%Y", "2024-01-05 00:00:00"),
        ("05/01/2024", "%m/%d/%Y", "2024-05-01 00:00:00"),
        ("5.1.2024 07:08", "%d.%m.%Y %H:%M", "2024-01-05 07:08:00"),
    ],
)
def test_other_times_are_read_by_their_format(written, time_format, read):
    assert times([written], time_format=time_format) == [read]


def test_a_time_that_does_not_fit_the_format_is_no_time():
    table = mapped(lines(ordered_at=["2024-01-05"]), time_format="%d/%m/%Y")
    assert table["ordered_at"].isna().all()


def test_typed_times_with_a_zone_become_utc(tmp_path):
    noon = dt.datetime(2024, 7, 1, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    lines().assign(ordered_at=pd.Series([noon])).to_parquet(tmp_path / "orders.parquet")
    written = ibis.duckdb.connect().read_parquet(tmp_path / "orders.parquet")
    read = map_columns(written, ORDERS, source()).to_pandas()["ordered_at"]
    assert read.tolist() == [pd.Timestamp("2024-07-01 10:00:00")]


def test_typed_times_without_a_zone_stay():
    assert times([dt.datetime(2024, 7, 1, 12)]) == ["2024-07-01 12:00:00"]


def test_typed_times_need_no_format():
    noon = dt.datetime(2024, 7, 1, 12)
    assert times([noon], time_format="%d/%m/%Y") == ["2024-07-01 12:00:00"]


def test_dates_are_midnight():
    assert times([dt.date(2024, 7, 1)]) == ["2024-07-01 00:00:00"]


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        ([3, 4], [3, 4]),
        (["a", "b"], ["a", "b"]),
        (["3", "b"], ["3", "b"]),
        ([3.0, None], [3, None]),
        (["007", "7"], ["007", "7"]),
    ],
    ids=["integers", "text", "mixed", "floats with a null", "leading zeros"],
)
def test_ids_keep_their_type_and_floats_of_whole_numbers_become_integers(ids, read):
    frame = pd.DataFrame({"customer_id": ids, "ordered_at": "2024-01-05", "amount": 1.0})
    table = map_columns(ibis.memtable(frame), ORDERS, source())
    assert table.to_pyarrow()["customer_id"].to_pylist() == read


def test_ids_with_decimals_are_not_rounded_into_one():
    frame = lines().loc[[0, 0]].assign(order_id=[1001.1, 1001.2])
    assert mapped(frame)["order_id"].tolist() == ["1001.1", "1001.2"]


@pytest.mark.parametrize(
    ("ids", "read"),
    [
        ([3.0, float("inf")], [3, None]),
        ([3.5, float("-inf")], ["3.5", None]),
        ([3.0, 2.0**63], ["3.0", "9.223372036854776e+18"]),
        (np.array([3, 2**63], "uint64"), ["3", "9223372036854775808"]),
        (np.array([3, 2**63 - 1], "uint64"), ["3", "9223372036854775807"]),  # a float's nearest
        (np.array([3, 4], "uint64"), [3, 4]),
        ([True, False], ["true", "false"]),
    ],
)
def test_numbers_that_are_no_int64_are_text_or_no_ids(ids, read):
    table = map_columns(ibis.memtable(lines().loc[[0, 0]].assign(order_id=ids)), ORDERS, source())
    assert table.to_pyarrow()["order_id"].to_pylist() == read


def test_whole_decimals_are_integer_ids():
    table = ibis.memtable(lines()).mutate(customer_id=ibis.literal(12).cast("decimal(10, 0)"))
    assert map_columns(table, ORDERS, source()).to_pandas()["customer_id"].tolist() == [12]


@pytest.mark.parametrize(
    ("written", "read"), [("12.5", 12.5), ("-3", -3.0), ("1e3", 1000.0), ("1,234.5", 1234.5)]
)
def test_amounts_in_text_are_read_as_plain_numbers(written, read):
    table = mapped(lines(amount=[written]))
    assert table["amount"].astype(object).where(table["amount"].notna(), None).tolist() == [read]
    assert table["amount__raw"].tolist() == [written]


def test_optional_numbers_that_are_none_count_as_empty():
    infinite = float("inf")
    table = ibis.memtable(lines()).mutate(
        quantity=ibis.literal(infinite), discount=ibis.literal(float("nan")), cost=1e13
    )
    row = map_columns(table, ORDERS, source()).to_pyarrow().to_pylist()[0]
    assert (row["quantity"], row["discount"], row["cost"]) == (None, None, None)
    assert row["quantity__raw"] == infinite


def test_the_source_is_not_changed():
    table = ibis.memtable(lines())
    map_columns(table, ORDERS, source())
    assert table.columns == ("customer_id", "ordered_at", "amount")
