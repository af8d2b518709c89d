"""One odd value in a column: its row is used or excluded by name; no other row is touched."""

import pytest

from planted import COLUMNS, GOOD, WANTED, config_of, csv_text, read

USED = None
AMOUNTS = {
    "null_amount": [
        *("", " ", "abc", "0x10", "１２", "١٢", "N/A", "-", "50%", "1/2", "12 34"),
        *("2024-01-01", "<script>alert(1)</script>", "'; DROP TABLE transactions; --", "=1+1"),
        *("1.2.3", "++5", "None", "😀", "NULL", "5\n6", "true", "(5", "5 pieces"),
    ],
    "non_finite_amount": ["NaN", "nan", "inf", "-inf", "Infinity", "-Infinity"],
    "implausible_amount": ["1e13", "-1e13", "1e308", "9" * 40, "1000000000001"],
    USED: [
        *("0", "-0", "-12.5", "1e12", "-1e12", "1e-320", "+5", ".5", "5.", " 7.5 ", "1e3", "007"),
        *("12,50", "1,234.50", "1.234,50", "1'234.50", "€12.50", "12.50 EUR", "12.50-", "(12.50)"),
        *("−5", "1 234"),
    ],
}
TIMES = {
    "null_time": [""],
    "unparsable_time": [
        *("abc", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-00-00"),
        *("03/04/2024", "04.03.2024", "1709510400", "45355", "45355.5", "10:00:00", "2024-03"),
        *("2024", "2024-W10-1", "2024-03-04 25:00:00", "March 4, 2024", "<b>2024</b>", "NaT"),
        *(
            "None",
            "N/A",
            "２０２４-０３-０４",
            "2024年3月4日",
            "4 Mar 2024",
            "yesterday",
            "2024-03-04T10:61",
        ),
        *("'2024-03-04'", "now()", "😀", "2024-03-04 10:00:00 Nowhere/Town", " "),
    ],
    "implausible_time": [
        *("1900-01-01", "1969-12-31", "1969-12-31 23:59:59", "2100-01-01", "9999-12-31"),
        *("0001-01-01", "infinity", "-infinity", "2100-01-01T00:00:00Z"),
    ],
    USED: [
        *("1970-01-01", "2099-12-31", "2024-03-04T10:00:00Z", "2024-03-04T10:00:00+02:00"),
        *("2024-03-04T10:00:00.123456789Z", "2024-3-4", "2024/03/04"),
        *("2024-03-31 02:30:00", "2024-03-04T10:00:00+14:00", "2024-02-29", "2024-03-04 10:00"),
        *(" 2024-03-04 ", "2024-03-04 10:00:00 +0100", "2024-03-04T10:00-0500"),
    ],
}
IDS = {
    "null_customer": ["", " ", "\t", "\u00a0", "\u3000", "null", "None", "NaN", "\\N", "-"],
    "nul_in_customer": ["\0x", "c\0", "c\0d"],
    USED: [
        *("O'Brien", 'the "boss"', "😀", "<script>alert(1)</script>", "中文", "عربى", "e\u0301"),
        *("'; DROP TABLE transactions; --", "a,b", "a;b", "a\nb", "a\tb", "C:\\x", "${HOME}"),
        *("{{7*7}}", "=1+1", "@SUM(A1)", "-1", "../../etc/passwd", "x" * 10_000),
        *("0", "-0", "1e5", "007", "\x01", "%s", "%", "_", "🏳️‍🌈", "true", "a b", "1.0", "#7"),
        *("9223372036854775808", "12345678901234567890123", "c\u200b1", "&amp;", "C1"),
    ],
}
ORDERS = {USED: ["", "O'Brien", "😀", "<script>", "0", "1e5", "a\nb", "x" * 5_000, "--", "NULL"]}
CATEGORIES = {USED: ["", "<img src=x onerror=alert(1)>", "😀", '"', "a\nb", "null", "玩具", "%s"]}
QUANTITIES = {USED: ["", "abc", "NaN", "inf", "-3", "1e300", "2,5", "0"]}
COLUMN_CASES = {
    "amount": AMOUNTS,
    "ordered_at": TIMES,
    "customer_id": IDS,
    "order_id": ORDERS,
    "category": CATEGORIES,
    "quantity": QUANTITIES,
}
CASES = [
    pytest.param(column, value, rule, id=f"{column}-{rule or 'used'}-{ascii(value)[:40]}")
    for column, outcomes in COLUMN_CASES.items()
    for rule, values in outcomes.items()
    for value in values
]


def planted(column, value, number=0):
    row = dict(
        zip(COLUMNS, (f"p{number}", "2023-06-01", "5", f"p{number}", "toys", "1"), strict=True)
    )
    return tuple((row | {column: value}).values())


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """Read, for each column, a file with all its odd values, each in a row of its own."""
    found = {}
    for column, outcomes in COLUMN_CASES.items():
        values = [value for group in outcomes.values() for value in group]
        rows = [planted(column, value, n) for n, value in enumerate(values)]
        path = tmp_path_factory.mktemp("cells") / "orders.csv"
        path.write_text(csv_text([*GOOD, *rows]), "utf-8", newline="")
        found[column] = (
            dict(zip(values, rows, strict=True)),
            read(config_of(path), len(GOOD + rows)),
        )
    return found


@pytest.mark.parametrize(("column", "value", "rule"), CASES)
def test_a_row_is_used_or_put_aside_by_name(together, column, value, rule):
    rows, found = together[column]
    key = "order_id" if column != "order_id" else "customer_id"
    mark = rows[value][COLUMNS.index(key)]
    aside = found.aside[found.aside[key] == mark]
    assert list(aside["broken_rules"]) == ([] if rule is USED else [rule])
    used = found.used[found.used[key] == mark]
    assert len(used) == (rule is USED)
    if column == "customer_id" and rule is USED:
        assert list(used["customer_id"]) == [value]


@pytest.mark.parametrize("column", COLUMN_CASES)
def test_the_rows_of_other_customers_stay_as_they_were(together, column):
    assert together[column][1].of_good() == WANTED


ALONE = [case for i, case in enumerate(CASES) if i % 8 == 0]


@pytest.mark.parametrize(("column", "value", "rule"), ALONE)
def test_a_value_that_is_alone_in_its_column_fares_no_other_way(tmp_path, column, value, rule):
    path = tmp_path / "orders.csv"
    path.write_text(csv_text([*GOOD, planted(column, value)]), "utf-8", newline="")
    found = read(config_of(path), len(GOOD) + 1)
    assert list(found.aside["broken_rules"]) == ([] if rule is USED else [rule])
    assert found.of_good() == WANTED
