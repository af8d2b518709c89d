import csv
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tiercast.config.export_formats import FormatColumn
from tiercast.config.lists import InLanguages
from tiercast.lists.cells import FORMULA, Cells, guarded
from tiercast.lists.columns import ListColumn
from tiercast.lists.csv_file import write_csv
from tiercast.lists.layout import FileColumn
from tiercast.lists.xlsx_file import Sheet, write_xlsx

WORDS = InLanguages(en="x", zh="某")
REASON = {"feature": "orders", "value": "3", "text": "a"}
CELLS = Cells(lambda _, value: value)
# What XML, and so a workbook, can hold; calamine ends lines as XML does.
TEXT = st.text(
    st.characters(
        blacklist_categories=["Cs", "Cc", "Cn", "Co"], blacklist_characters="\ufffe\uffff_"
    ),
    min_size=1,
)


def of_kind(kind, form="plain"):
    about = ListColumn(name="x", kind=kind, title=WORDS, explanation=WORDS)
    return FileColumn("x", about, FormatColumn(header="x", column="x", form=form))


def through_csv(folder, cell, column):
    write_csv(folder / "x.csv", [column], [[cell]], bom=True)
    with (folder / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1][0]


def through_xlsx(folder, cell, column):
    sheet = Sheet("x", "#,##0.00", dt.date(2024, 3, 1))
    write_xlsx(folder / "x.xlsx", [column], [[cell]], sheet)
    book = CalamineWorkbook.from_path(str(folder / "x.xlsx"))
    return book.get_sheet_by_index(0).to_python()[1][0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("cells")


@given(text=st.text())
def test_no_guarded_text_begins_as_a_formula_does(text):
    assert not guarded(text).startswith(FORMULA)
    assert guarded(text).removeprefix("'") == text.removeprefix("'")


@given(start=st.sampled_from(FORMULA), rest=TEXT)
def test_a_formula_in_a_csv_is_text(folder, start, rest):
    assert through_csv(folder, start + rest, of_kind("text")) == f"'{start}{rest}"


@given(value=st.floats(-1e9, 1e9))
def test_negative_numbers_stay_numbers(folder, value):
    cell = CELLS.cell(value, of_kind("money"))
    assert float(through_csv(folder, cell, of_kind("money"))) == round(value, 2)


@given(text=TEXT)
def test_a_text_comes_back_from_a_workbook_as_it_was(folder, text):
    assert through_xlsx(folder, text, of_kind("text")) == text


@pytest.mark.parametrize("key", ["00123", "12345678901234567890", "ann@example.com"])
def test_an_id_keeps_its_zeros_and_all_digits(folder, key):
    assert through_csv(folder, key, of_kind("id")) == key
    assert through_xlsx(folder, key, of_kind("id")) == key


def test_a_whole_number_that_is_an_id_is_text_in_a_workbook(folder):
    assert through_xlsx(folder, 9007199254740993, of_kind("id")) == "9007199254740993"


@pytest.mark.parametrize(
    ("value", "kind", "cell"),
    [
        (0.123456, "share", 0.1235),
        (12.345678, "money", 12.35),
        (33.7, "count", 34),
        (-0.0001, "money", 0.0),
        (float("nan"), "money", None),
        (dt.datetime(2024, 3, 1), "date", dt.date(2024, 3, 1)),
        (
            [
                {"feature": "orders", "value": "3", "text": "a"},
                {"feature": "orders", "value": "3", "text": "b"},
            ],
            "text",
            "a · b",
        ),
        ([], "text", None),
    ],
)
def test_a_value_becomes_a_cell(value, kind, cell):
    assert CELLS.cell(value, of_kind(kind)) == cell


def test_a_phone_number_of_digits_is_no_formula_for_a_crm(folder):
    phone = of_kind("text", "phone")
    assert through_csv(folder, "+491701234567", phone) == "+491701234567"
    assert through_csv(folder, "+1+cmd|' /C calc'!A0", phone) == "'+1+cmd|' /C calc'!A0"
