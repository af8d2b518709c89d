"""A query over named files: what it reads, and that it can reach nothing else."""

from pathlib import Path

import pandas as pd
import pytest

from tiercast.config.loading import parse_config
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.sources.canonical import open_base

ORDERS = """order_id,person_id,paid_at,status
1,p1,2024-01-05 10:00:00,paid
2,p2,2024-01-06 10:00:00,cancelled
1e3,p1,2024-02-05 10:00:00,paid
1000,p2,2024-02-05 10:00:00,paid
"""
ITEMS = """Order_ID,sku,quantity,price
1,A,2,10.50
1,5E25,1,1.25
2,A,1,3
1e3,B,1,4
1000,C,1,5
"""
PEOPLE = "person_id,unique_id\np1,100\np2,200\n"
JOINED = """
    select o.order_id, p.unique_id as customer_id, o.paid_at as ordered_at,
           i.quantity * i.price as amount, i.sku as product_id
    from items i join orders o using (order_id) join people p using (person_id)
    where o.status not in ('cancelled', 'failed');
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"orders": ORDERS, "items": ITEMS, "people": PEOPLE}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(query: str, *names: str, **more: object) -> Config:
    files = {name: f"{name}.csv" for name in names or ("orders",)}
    source = {"files": files, "query": query, **more}
    return parse_config({"name": "shop", "sources": {"transactions": source}}, origin="shop.yaml")


@pytest.mark.usefixtures("folder")
def test_three_files_are_joined_and_ids_stay_as_they_are_written() -> None:
    with open_base(config(JOINED, "orders", "items", "people")) as base:
        rows = base.transactions.order_by("amount").execute()
    assert list(rows.amount) == [1.25, 4.0, 5.0, 21.0]
    assert list(rows.customer_id) == [100, 100, 200, 100]
    assert list(rows.order_id) == ["1", "1e3", "1000", "1"]
    assert rows.product_id[0] == "5E25"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("mark", "ids"), [(".0", {100, 200}), (".00", {"100.00", "200.00"}), ("", {100, 200})]
)
def test_ids_that_pandas_wrote_as_floats_are_whole(mark: str, ids: set[object]) -> None:
    Path("people.csv").write_text(PEOPLE.replace("00\n", f"00{mark}\n"))
    with open_base(config(JOINED, "orders", "items", "people")) as base:
        assert set(base.transactions.customer_id.execute()) == ids


@pytest.mark.usefixtures("folder")
def test_ids_of_parquet_keep_their_type() -> None:
    days = pd.to_datetime(["2024-01-05", "2024-02-06"])
    frame = pd.DataFrame({"who": ["7", "12"], "day": days, "paid": [1.5, 2.0]})
    frame.to_parquet("lines.parquet")
    query = "select who as customer_id, day as ordered_at, paid as amount from lines"
    source = {"files": {"lines": "lines.parquet"}, "query": query}
    made = {"name": "shop", "sources": {"transactions": source}}
    with open_base(parse_config(made, origin="shop.yaml")) as base:
        assert set(base.transactions.customer_id.execute()) == {"7", "12"}


@pytest.mark.usefixtures("folder")
def test_ids_stay_as_written_through_subqueries() -> None:
    query = """
        with paid as (select order_id as number, person_id as who, paid_at from orders)
        select who as customer_id, number as order_id, paid_at as ordered_at, 1.5 as amount
        from paid
    """
    with open_base(config(query)) as base:
        assert set(base.transactions.order_id.execute()) == {"1", "2", "1e3", "1000"}


@pytest.mark.usefixtures("folder")
def test_the_columns_of_a_query_can_be_mapped() -> None:
    query = "select person_id, paid_at, 2 as paid from orders"
    columns = {"customer_id": "person_id", "ordered_at": "paid_at", "amount": "paid"}
    with open_base(config(query, columns=columns)) as base:
        assert base.transactions.amount.sum().execute() == 8


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "query",
    [
        "select * from 'people.csv'",
        "select * from read_csv('people.csv')",
        "select * from orders, glob('*')",
        "select * from orders where order_id = (select max(content) from read_text('people.csv'))",
        "with other as (from 'people.csv') select * from other, orders",
        "select * from query_table('people')",
        "select * from query('select 1')",
        "select * from information_schema.tables",
        "select * from duckdb_settings()",
        "select * from (show tables)",
        "select * from (describe orders)",
    ],
)
def test_a_query_that_reads_anything_but_its_files_is_refused(query: str) -> None:
    with (
        pytest.raises(DataContractError, match=r"`query` reads"),
        open_base(config(query)),
    ):
        pass


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "query",
    [
        "select 1; select 2",
        "drop table orders",
        "copy orders to 'stolen.csv'",
        "attach 'other.db'",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "pragma version",
        "insert into orders values (1)",
        "create table other as select 1",
        "export database 'stolen'",
        "call pragma_version()",
    ],
)
def test_anything_but_one_select_is_refused(query: str, folder: Path) -> None:
    before = sorted(folder.iterdir())
    with (
        pytest.raises(DataContractError, match="must be one SELECT"),
        open_base(config(query)),
    ):
        pass
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("select *, now() as t from orders", "calls now"),
        ("select *, current_date from orders", "calls current_date"),
        ("select * from orders order by random()", "calls random"),
        ("select getenv('HOME') as home from orders", "calls getenv"),
        ("select * from orders using sample 2", "takes a sample"),
    ],
)
def test_what_gives_another_answer_at_the_next_run_is_refused(query: str, named: str) -> None:
    with pytest.raises(DataContractError, match=named), open_base(config(query)):
        pass


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("select nosuch from orders", 'Referenced column "nosuch" not found.*; mend it'),
        ("select from orders where", "cannot be read as SQL.*; mend it"),
        ("select 1 as customer_id", "does not read `orders`"),
    ],
)
def test_a_query_that_fails_is_reported_as_the_config_has_it(query: str, named: str) -> None:
    with pytest.raises(DataContractError, match=named), open_base(config(query)):
        pass


def test_a_query_cannot_reach_files_even_if_the_check_were_passed(folder: Path) -> None:
    from tiercast.sources.query import run_query
    from tiercast.sources.workspace import workspace

    with workspace() as connection:
        run_query(connection, "select 1 as one", [], "test")
        for statement in ("select * from 'people.csv'", "copy (select 1) to 'stolen.csv'"):
            with pytest.raises(Exception, match="file system operations are disabled"):
                connection.con.execute(statement)
        with pytest.raises(Exception, match="configuration has been locked"):
            connection.con.execute("set enable_external_access = true")
    assert not (folder / "stolen.csv").exists()


def test_files_and_query_go_together() -> None:
    source = {"files": {"orders": "orders.csv"}}
    with pytest.raises(Exception, match="`files` and `query` go together"):
        parse_config({"name": "shop", "sources": {"transactions": source}}, origin="shop.yaml")
