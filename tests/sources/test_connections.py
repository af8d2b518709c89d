"""Sources in a real PostgreSQL."""

import ibis
import pandas as pd
import psycopg
import pytest

from tiercast.config.errors import SourceGoneError
from tiercast.config.loading import parse_config
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.sources.canonical import open_base

SECRET = "geheim"


@pytest.fixture(scope="module")
def database(postgres_url):
    """A shop with a table of order lines, an empty one, and one in a schema of its own."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "create table shop_orders (client bigint, day timestamptz, paid numeric(12, 2));"
            "insert into shop_orders values"
            " (7, '2024-01-05 23:30:00-05', 12.50), (8, '2024-01-06 00:00:00+00', -3);"
            "create table shop_nothing (client bigint, day date, paid real);"
            "create schema archive;"
            "create table archive.lines (client numeric, day date, paid real);"
            "insert into archive.lines values (7, '2023-05-01', 2), (null, '2023-05-02', 3)"
        )
        yield postgres_url
        connection.execute(
            "drop table shop_orders, shop_nothing, archive.lines; drop schema archive"
        )


def config(url, table):
    columns = {"customer_id": "client", "ordered_at": "day", "amount": "paid"}
    source = {"connection": url, "table": table, "columns": columns}
    return Config.model_validate({"name": "shop", "sources": {"transactions": source}})


def refused(url, table="shop_orders", kind=DataContractError):
    with pytest.raises(kind) as caught, open_base(config(url, table)):
        pass
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_a_table_is_read_with_times_in_utc(database):
    with open_base(config(database, "shop_orders")) as base:
        lines = base.transactions.order_by("customer_id").to_pandas()
        summary = base.report.table("transactions")
    assert lines["customer_id"].tolist() == [7, 8]
    assert lines["ordered_at"].tolist() == [
        pd.Timestamp("2024-01-06 04:30:00"),
        pd.Timestamp("2024-01-06"),
    ]
    assert lines["amount"].tolist() == [12.5, -3.0]
    assert summary.source.endswith("table shop_orders")


def test_a_table_in_a_schema_is_read_and_whole_numerics_are_integer_ids(database):
    with open_base(config(database, "archive.lines")) as base:
        assert base.transactions.to_pandas()["customer_id"].tolist() == [7]
        assert base.report.rows_found("null_customer") == 1


def test_a_missing_table_is_named_with_those_there(database):
    message = refused(database, "shop_order")
    assert "table shop_order: no such table; tables there: " in message
    assert "shop_orders" in message


def test_an_empty_table_is_named(database):
    assert "table shop_nothing: holds no rows" in refused(database, "shop_nothing")


def test_a_login_that_fails_hides_the_password(database):
    url = database.replace("postgres:@", f"nobody:{SECRET}@")
    assert url != database
    message = refused(url)
    assert "nobody:***@" in message
    assert "cannot connect: " in message
    assert 'role "nobody" does not exist' in message


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:{SECRET}@127.0.0.1:1/shop",
        f"postgresql://me:x@{SECRET}@127.0.0.1:1/shop",
        f"postgresql://me@127.0.0.1:1/shop?password={SECRET}",
    ],
)
def test_a_server_that_does_not_answer_may_do_so_later(url):
    message = refused(url, kind=SourceGoneError)
    assert "***" in message
    assert "Connection refused" in message
    assert message.endswith("; see that it is up and can be reached, then run this again.")


def test_a_server_that_hangs_up_in_the_middle_may_answer_later(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "create view hangs_up as select *, pg_terminate_backend(pg_backend_pid()) as gone"
            " from shop_orders"
        )
        message = refused(database, "hangs_up", kind=SourceGoneError)
        connection.execute("drop view hangs_up")
    assert "table hangs_up: cannot be read: " in message
    assert message.endswith(", then run this again.")


def test_a_database_that_is_not_there_stays_away(database):
    message = refused(database.replace("/postgres?", "/nosuch?"))
    assert 'database "nosuch" does not exist' in message


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://me:x/{SECRET}@127.0.0.1:1/shop",  # not %-encoded: read as a port
        f"nosuchbase://me:{SECRET}@host/shop",
        f"oracle://me:{SECRET}@host/shop",  # an engine whose driver is not installed
    ],
)
def test_a_connection_that_fails_hides_the_password(url):
    assert "***" in refused(url)


def test_a_url_that_no_engine_reads_gets_an_example():
    message = refused("nosuchbase://host/shop")
    assert "it must look like postgresql://user:${PASSWORD}@host/database" in message


def test_a_database_in_a_file_is_read(tmp_path):
    path = tmp_path / "shop.duckdb"
    writer = ibis.duckdb.connect(path)
    frame = pd.DataFrame({"client": ["a"], "day": ["2024-01-01"], "paid": [5.0]})
    writer.create_table("orders", frame)
    writer.disconnect()
    with open_base(config(f"duckdb://{path}", "orders")) as base:
        assert base.transactions.to_pandas()["customer_id"].tolist() == ["a"]


@pytest.mark.parametrize("url", ["duckdb://shop.duckdb", "sqlite://shop.db", "shop.duckdb"])
def test_a_database_file_that_is_not_there_is_refused_and_not_made(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = refused(url)
    assert f"{url} table shop_orders: no such database file (looked from " in message
    assert "mend `connection` in the config" in message
    assert list(tmp_path.iterdir()) == []


def test_a_table_and_columns_from_the_environment_are_reported_by_name(tmp_path, monkeypatch):
    connection = ibis.duckdb.connect(tmp_path / "shop.duckdb")
    frame = pd.DataFrame({"client": ["a"], "day": ["2024-01-01"], "paid": [5.0]})
    connection.create_table("geheim_orders", frame)
    connection.disconnect()
    monkeypatch.setenv("SHOP_FILE", str(tmp_path / "shop.duckdb"))
    monkeypatch.setenv("SHOP_TABLE", "geheim_orders")
    monkeypatch.setenv("SHOP_TIME", "geheim_day")
    columns = {"customer_id": "client", "ordered_at": "${SHOP_TIME}", "amount": "paid"}
    source = {"connection": "duckdb://${SHOP_FILE}", "table": "${SHOP_TABLE}", "columns": columns}
    settings = {"name": "shop", "sources": {"transactions": source}}
    config = parse_config(settings, origin="shop.yaml")
    with pytest.raises(DataContractError) as caught, open_base(config):
        pass
    assert str(caught.value) == (
        "duckdb://${SHOP_FILE} table ${SHOP_TABLE}: column `${SHOP_TIME}` is missing; mend "
        "`columns` in the config. Columns there: client, day, paid."
    )
