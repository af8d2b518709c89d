import datetime as dt

import pytest

from plain_reading import refused, rows_of
from tiercast.config.schema import Config
from tiercast.sources.canonical import open_base
from workbook import write_xlsx

DAY = dt.datetime(2024, 1, 5, 10, 30)
HEAD = ["Customer ID", "Invoice", "InvoiceDate", "Price"]
FIRST = [HEAD, [1001, "007", DAY, 12.5], [1002, 489434, DAY, 3]]
SECOND = [HEAD, [1003, "C5", DAY, -4]]
ROWS = [
    {"Customer ID": 1001, "Invoice": "007", "InvoiceDate": DAY, "Price": 12.5},
    {"Customer ID": 1002, "Invoice": "489434", "InvoiceDate": DAY, "Price": 3.0},
]


@pytest.fixture
def book(tmp_path):
    sheets = {"About": [["Sales of two years"]], "Year 1": FIRST, "Year 2": SECOND, "Empty": []}
    return write_xlsx(tmp_path / "orders.xlsx", sheets)


def test_the_first_sheet_with_a_table_is_read_and_the_others_named(book):
    rows, notes = rows_of(book)
    assert rows == ROWS
    other = notes["other_sheets"]
    assert (other.rows, other.examples) == (1, ("'Year 2'",))
    assert "name one as `sheet: NAME`" in other.remedy


@pytest.mark.parametrize(
    ("sheet", "customers"), [("Year 2", [1003]), ("Year *", [1001, 1002, 1003])]
)
def test_sheets_are_read_by_name_or_pattern(book, sheet, customers):
    rows, notes = rows_of(book, sheet=sheet)
    assert [row["Customer ID"] for row in rows] == customers
    assert not notes


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(book):
    assert "has no sheet 'Year 3'; sheets there: About, Year 1, Year 2" in refused(
        book, sheet="Year 3"
    )
    assert "no sheet 'About' holds a table" in refused(book, sheet="About")


def test_a_report_is_read_from_its_header_to_its_totals(tmp_path):
    moved = [[None, *row] for row in FIRST]
    rows = [["Report"], [], *moved, [], [None, "Total", None, None, 15.5]]
    found, notes = rows_of(write_xlsx(tmp_path / "orders.xlsx", {"Sheet1": rows}))
    assert found == ROWS
    assert notes["lines_above_header"].examples == ("'Report'",)
    assert notes["lines_below_table"].examples == ("'Total 15.5'",)


def test_dates_of_a_workbook_need_no_time_format(book):
    columns = {"customer_id": "Customer ID", "ordered_at": "InvoiceDate", "amount": "Price"}
    source = {"path": str(book), "columns": columns, "time_format": "%d.%m.%Y"}
    config = Config.model_validate({"name": "shop", "sources": {"transactions": source}})
    with open_base(config) as base:
        assert base.report.table("transactions").first == DAY
        assert base.report.rows_found("other_sheets") == 1


def test_numbers_that_a_workbook_cannot_hold_are_noted(tmp_path):
    rows = [["id", "amount"], [12345678901234567890, 1]]
    _, notes = rows_of(write_xlsx(tmp_path / "orders.xlsx", {"Sheet1": rows}))
    assert notes["long_numbers"].rows == 1
    assert "keep 15 digits" in notes["long_numbers"].remedy


def test_a_workbook_by_an_older_ending_and_text_by_its_ending_are_read(book, tmp_path):
    old = book.rename(tmp_path / "orders.xls")
    assert rows_of(old)[0] == ROWS
    (tmp_path / "text.xls").write_text("id\tamount\n1\t2\n")
    assert rows_of(tmp_path / "text.xls")[0] == [{"id": 1, "amount": 2}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1252", "gb18030", "utf-8-sig"])
def test_text_of_any_encoding_may_be_called_a_workbook(tmp_path, encoding):
    (tmp_path / "text.xls").write_bytes("id,amount\n1,2\n".encode(encoding))
    assert rows_of(tmp_path / "text.xls")[0] == [{"id": 1, "amount": 2}]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "cannot be read: Cannot detect file format; save it as .xlsx"),
        (b"PK\3\4 damaged", "cannot be read: "),
        (
            b"\x72\xc6\x86\xa0\xed(g\\z{G\x91\x0e\xbd" * 9,
            "no text; the file is damaged or encrypt",
        ),
        (bytes(100), "it is no workbook that can be read, and no text"),
        (b"<html><table></table></html>", "it is a web page or XML, no workbook"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(tmp_path, content, expected):
    (tmp_path / "orders.xlsx").write_bytes(content)
    message = refused(tmp_path / "orders.xlsx")
    assert message.startswith(f"{tmp_path / 'orders.xlsx'}: ")
    assert expected in message
