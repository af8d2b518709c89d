import datetime as dt
import re

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.origin import describe
from tiercast.sources.readers import open_since, open_source
from tiercast.sources.since import Since

JANUARY = pd.DataFrame({"customer_id": [1, 2], "ordered_at": ["2024-01-05"] * 2, "amount": 1.5})
FEBRUARY = pd.DataFrame({"customer_id": [3], "ordered_at": ["2024-02-05"], "amount": 2.5})


@pytest.fixture(scope="module")
def engine():
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


@pytest.fixture
def folder(tmp_path):
    """Two months as CSV and as parquet, the second month's parquet a folder deeper."""
    JANUARY.to_csv(tmp_path / "jan.csv", index=False)
    FEBRUARY.to_csv(tmp_path / "feb.csv", index=False)
    (tmp_path / "parquet" / "2024").mkdir(parents=True)
    JANUARY.to_parquet(tmp_path / "parquet" / "jan.parquet")
    FEBRUARY.to_parquet(tmp_path / "parquet" / "2024" / "feb.parquet")
    return tmp_path


def read(engine, path):
    return open_source(engine, SourceConfig(path=str(path))).rows.to_pandas()


def refused(engine, path):
    with pytest.raises(DataContractError) as caught:
        open_source(engine, SourceConfig(path=str(path)))
    return str(caught.value)


@pytest.mark.parametrize(
    ("path", "customers"),
    [
        ("jan.csv", [1, 2]),
        ("*.csv", [1, 2, 3]),
        ("parquet/jan.parquet", [1, 2]),
        ("parquet/**/*.parquet", [1, 2, 3]),
        ("parquet", [1, 2, 3]),
    ],
)
def test_a_path_is_a_file_a_glob_or_a_folder_of_parquet(engine, folder, path, customers):
    assert sorted(read(engine, folder / path)["customer_id"]) == customers


@pytest.mark.parametrize("ending", [".csv.gz", ".tsv", ".txt", ".CSV", ".pq"])
def test_other_endings_are_read_too(engine, tmp_path, ending):
    path = tmp_path / f"orders{ending}"
    if ending == ".pq":
        JANUARY.to_parquet(path)
    else:
        JANUARY.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
    assert read(engine, path)["amount"].tolist() == [1.5, 1.5]


def test_a_relative_path_is_taken_from_the_working_directory(engine, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert len(read(engine, "jan.csv")) == 2


def test_a_file_whose_name_looks_like_a_glob_is_read(engine, tmp_path):
    JANUARY.to_csv(tmp_path / "orders[1].csv", index=False)
    assert len(read(engine, tmp_path / "orders[1].csv")) == 2


def test_files_with_other_columns_are_united_by_name(engine, tmp_path):
    JANUARY.to_csv(tmp_path / "a.csv", index=False)
    FEBRUARY[["amount", "customer_id"]].assign(coupon="x").to_csv(tmp_path / "b.csv", index=False)
    table = read(engine, tmp_path / "*.csv")
    assert set(table.columns) == {"customer_id", "ordered_at", "amount", "coupon"}
    assert table["amount"].sum() == 5.5


def test_times_in_csv_stay_text_so_that_nobody_guesses_the_month(engine, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,ordered_at,amount\n1,03/04/2024,5\n2,2024-04-03 10:00:00,5\n")
    assert read(engine, path)["ordered_at"].tolist() == ["03/04/2024", "2024-04-03 10:00:00"]


def test_leading_zeros_keep_ids_text(engine, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("customer_id,ordered_at,amount\n007,2024-01-01,5\n12,2024-01-01,5\n")
    assert read(engine, path)["customer_id"].tolist() == ["007", "12"]


def test_a_path_that_matches_nothing_is_named(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = refused(engine, "nowhere/*.parquet")
    assert message.startswith("nowhere/*.parquet: no file matches (looked from ")
    assert f"{tmp_path.name}/" in message
    assert "mend `path`" in message


def test_a_folder_without_parquet_is_named(engine, tmp_path):
    JANUARY.to_csv(tmp_path / "orders.csv", index=False)
    message = refused(engine, tmp_path)
    assert message == (
        f"{tmp_path}: a folder without .parquet files; name others by a pattern, as "
        f"{tmp_path}/*.csv, or mend `path` in the config."
    )


def test_a_source_is_of_one_kind(engine, folder):
    message = refused(engine, folder / "**" / "jan.*")
    assert "a source is of one kind, but got csv and parquet; name those of one kind" in message


def test_a_kind_of_file_that_cannot_be_read_is_named(engine, tmp_path):
    path = tmp_path / "orders.docx"
    path.write_bytes(b"")
    message = refused(engine, path)
    assert message.startswith(f"{path}: files must end in .parquet, .pq, .csv")


@pytest.mark.parametrize("text", ["", "customer_id,ordered_at,amount\n"], ids=["empty", "header"])
def test_a_file_without_rows_is_named(engine, tmp_path, text):
    path = tmp_path / "orders.csv"
    path.write_text(text)
    assert refused(engine, path) == f"{path}: holds no rows; export again or mend it."


def test_parquet_without_rows_is_named(engine, tmp_path):
    JANUARY.iloc[:0].to_parquet(tmp_path / "orders.parquet")
    assert "holds no rows" in refused(engine, tmp_path / "orders.parquet")


def test_an_empty_file_beside_a_full_one_is_no_harm(engine, tmp_path):
    JANUARY.to_parquet(tmp_path / "a.parquet")
    JANUARY.iloc[:0].to_parquet(tmp_path / "b.parquet")
    assert len(read(engine, tmp_path / "*.parquet")) == 2


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_file_that_is_no_table_is_named(engine, tmp_path, ending):
    path = tmp_path / f"orders.{ending}"
    path.write_bytes(b"\xff\xfe\x00\x01 neither\n")
    message = refused(engine, path)
    assert message.startswith(f"{path}: cannot be read: ")
    assert re.search(r"; (export (it )?again|mend|save|put)", message)
    assert "\n" not in message


def test_a_parquet_file_that_only_one_library_reads_is_reported_with_what_to_do(
    engine, tmp_path, monkeypatch
):
    def no_footer(_file):
        raise pa.ArrowInvalid("no footer")

    path = tmp_path / "orders.parquet"
    JANUARY.to_parquet(path)
    monkeypatch.setattr("pyarrow.parquet.read_schema", no_footer)
    assert refused(engine, path) == f"{path}: cannot be read: no footer; export again or mend it."


@pytest.mark.parametrize("name", ["amount", "umsatz"])
def test_parquet_with_a_column_twice_that_is_read_is_refused(engine, tmp_path, name):
    path = tmp_path / "orders.parquet"
    columns = [[7], ["2024-01-05"], [1.5], [2.5]]
    pq.write_table(pa.table(columns, names=["customer_id", "ordered_at", name, name]), path)
    source = SourceConfig(path=str(path), columns={"amount": name})
    message = f"{path}: column `{name}` is there twice; rename or remove one of the two."
    with pytest.raises(DataContractError, match=f"^{re.escape(message)}$"):
        open_source(engine, source)
    with pytest.raises(DataContractError, match="is there twice"):
        open_since(engine, source, Since("ordered_at", dt.date(2024, 1, 1)))


def test_parquet_with_a_column_twice_that_nobody_reads_is_no_harm(engine, tmp_path):
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table([[7], [1], [2]], names=["customer_id", "note", "note"]), path)
    assert read(engine, path)["customer_id"].tolist() == [7]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:geheim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:ge@heim@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:ge/he:im@host:5432/db", "postgresql://me:***@host:5432/db"),
        ("postgresql://:geheim@host/db", "postgresql://:***@host/db"),
        (
            "postgresql://host/db?user=me&password=geheim",
            "postgresql://host/db?user=me&password=***",
        ),
        ("postgresql://me@host:5432/db", "postgresql://me@host:5432/db"),
        ("duckdb://shop.duckdb", "duckdb://shop.duckdb"),
    ],
)
def test_a_connection_is_described_without_its_password(url, shown):
    source = SourceConfig(connection=url, table="orders")
    assert describe(source) == f"{shown} table orders"
