"""Money as people write it: read where the values settle how, asked about where they do not."""

import ibis
import pytest

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.written_amounts import number_styles, read_number


def read(*written: str | None, **settings: object) -> list[float | None]:
    """Return a column of amounts as they are read."""
    schema = {"amount": "string"}
    table = ibis.memtable({"amount": list(written)}, schema=schema)
    source = SourceConfig.model_validate({"path": "orders.csv", **settings})
    style = number_styles(table, {"amount": "amount"}, source)["amount"]
    rows = table.select(n=read_number(table.amount, style)).to_pyarrow()
    values: list[float | None] = rows["n"].to_pylist()
    return values


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1 234,50", 1234.5),
        ("1\u202f234,50\u00a0€", 1234.5),
        ("1'234.50", 1234.5),
        ("CHF 1’234.50", 1234.5),
        ("1,23,456.70", 123456.7),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("(12.50)", -12.5),
        ("($1,012.50)", -1012.5),
        ("12.50-", -12.5),
        ("-$3", -3.0),
        ("$-3.25", -3.25),
        ("− 7,5", -7.5),
        ("+7.5", 7.5),
        ("USD 5", 5.0),
        ("5.00 EUR", 5.0),
        ("99,94 €", 99.94),
        ("R$ 12,50", 12.5),
        ("12,50 kr.", 12.5),
        ("￥35.00", 35.0),
        ("35元", 35.0),
        ("25.-", 25.0),
        (".5", 0.5),
        ("0.125", 0.125),
        ("1234.567", 1234.567),
        ("0,0169", 0.0169),
        ("1e3", 1000.0),
        (" 12.5 ", 12.5),
        ("12 34", None),
        ("12.34.56", None),
        ("(12.50", None),
        ("12 %", None),
        ("12 pieces", None),
        ("twelve", None),
        ("", None),
        (None, None),
    ],
)
def test_an_amount_that_settles_its_reading_is_read(written, amount):
    assert read(written) == [amount]


def test_other_values_settle_what_a_single_separator_is():
    assert read("1.234", "99,94") == [1234.0, 99.94]
    assert read("1.234", "99.94") == [1.234, 99.94]
    assert read("1,234", "99.94", "484") == [1234.0, 99.94, 484.0]
    assert read("1.234", "1.234.567") == [1234.0, 1234567.0]


@pytest.mark.parametrize(
    ("written", "readings"),
    [
        (("1.234", "484"), "'1.234' is 1.234 or 1234, and no other value settles it"),
        (("1,234", "484"), "'1,234' is 1234 or 1.234, and no other value settles it"),
        (("1.234", "12.50", "12,50"), "other values are written in both ways"),
    ],
)
def test_amounts_with_two_readings_are_refused(written, readings):
    with pytest.raises(DataContractError, match=readings) as caught:
        read(*written)
    assert '`decimal: "."` reads ' in str(caught.value)


def test_the_config_decides_between_two_readings():
    assert read("1.234", "484", decimal=".") == [1.234, 484.0]
    assert read("1.234", "484", decimal=",") == [1234.0, 484.0]
    assert read("1,234", "484", thousands=",") == [1234.0, 484.0]
    assert read("1 234", "1.234", thousands=" ") == [1234.0, 1.234]


def test_what_contradicts_the_config_is_no_amount():
    assert read("12.5", "1.234,5", decimal=",") == [None, 1234.5]


def test_money_of_several_currencies_is_not_added():
    with pytest.raises(DataContractError, match=r"EUR \(2 rows\), USD \(1 rows\)"):
        read("€5", "6 EUR", "$7")


def test_names_of_one_currency_are_one():
    assert read("$5", "6 USD", "US$ 7", "8") == [5.0, 6.0, 7.0, 8.0]
    assert read("¥5", "6 CNY") == [5.0, 6.0]
