import ibis
import pandas as pd
import pytest
from pandera.errors import SchemaError, SchemaErrors

from tiercast.contract.schemas import table_schema
from tiercast.contract.tables import TABLES

GOOD = pd.DataFrame(
    {
        "customer_id": ["ann", "bob"],
        "ordered_at": pd.to_datetime(["2024-01-01", "2024-01-02"]).astype("datetime64[us]"),
        "amount": [5.0, -2.0],
        "category": ["toys", None],
    }
)


def validate(frame, name="transactions"):
    table = ibis.memtable(frame)
    if table.ordered_at.type().is_timestamp():
        table = table.cast({"ordered_at": "timestamp(6)"})
    table_schema(TABLES[name]).validate(table)


def test_canonical_lines_pass():
    validate(GOOD)


@pytest.mark.parametrize("ids", [["ann", "bob"], [1, 2]])
def test_ids_keep_the_type_they_came_with(ids):
    validate(GOOD.assign(customer_id=ids))


def test_columns_beyond_the_contract_pass():
    validate(GOOD.assign(colour="red"))


@pytest.mark.parametrize(
    "broken",
    [
        GOOD.drop(columns="amount"),
        GOOD.assign(amount=["5", "2"]),
        GOOD.assign(amount=[5.0, 2e12]),
        GOOD.assign(amount=[5.0, None]),
        GOOD.assign(customer_id=["ann", None]),
        GOOD.assign(ordered_at=["2024-01-01", "2024-01-02"]),
        GOOD.assign(category=[1, 2]),
    ],
    ids=[
        "no amount",
        "amount as text",
        "amount too large",
        "amount empty",
        "customer empty",
        "time as text",
        "category as number",
    ],
)
def test_lines_that_break_the_contract_fail(broken):
    with pytest.raises((SchemaError, SchemaErrors)):
        validate(broken)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_a_schema_of_its_columns(name):
    schema = table_schema(TABLES[name])
    assert schema.name == name
    assert {c for c, column in schema.columns.items() if column.required} == set(
        TABLES[name].required
    )
