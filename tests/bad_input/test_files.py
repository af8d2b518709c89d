"""Files written in odd ways: read whole, or refused in words that name the file and the cause."""

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from planted import COLUMNS, GOOD, WANTED, config_of, csv_text, good_table, read
from tiercast.config.errors import InputError

TEXT = csv_text(GOOD)
LINES = TEXT.splitlines()
EXTRA = "p,2023-06-01,5,p,toys,1"


def parquet_bytes(table):
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()


PARQUET = parquet_bytes(good_table())


def text(*lines, sign=",", end="\n"):
    return (end.join(lines) + end).replace(",", sign).encode()


def with_line(line, place=7):
    return text(*LINES[:place], line, *LINES[place:])


READ_WHOLE = {
    "semicolons": (text(*LINES, sign=";"), 0),
    "tabs": (text(*LINES, sign="\t"), 0),
    "pipes": (text(*LINES, sign="|"), 0),
    "windows line ends": (text(*LINES, end="\r\n"), 0),
    "old mac line ends": (text(*LINES, end="\r"), 0),
    "no last line end": (TEXT.rstrip().encode(), 0),
    "byte order mark": (TEXT.encode("utf-8-sig"), 0),
    "blank lines": (text(*LINES[:5], "", *LINES[5:], "", ""), 0),
    "a quoted line end": (with_line('"p\nq",2023-06-01,5,p,toys,1'), 1),
    "a quoted separator": (with_line('"p,q",2023-06-01,5,p,toys,1'), 1),
    "a doubled quote": (with_line('"p""q",2023-06-01,5,p,toys,1'), 1),
    "a number sign first": (with_line("#" + EXTRA), 1),
    "the header again": (with_line(LINES[0]), 0),
    "a title above": (text("Orders of May", *LINES), 0),
    "a blank line above": (text("", *LINES), 0),
    "a total below": (with_line("Total,,210", 21), 0),
    "another encoding": (
        with_line("J\u00fcrgen,2023-06-01,5,p,toys,1").decode().encode("latin-1"),
        1,
    ),
    "utf-16": (TEXT.encode("utf-16"), 0),
    "utf-16 without a mark": (TEXT.encode("utf-16-le"), 0),
    "utf-32": (TEXT.encode("utf-32"), 0),
    "a column more": (text(*(f"{line},x" for line in LINES)), 0),
    "a column without a name": (text(LINES[0] + ",", *(f"{line},x" for line in LINES[1:])), 0),
    "a separator at each end": (text(LINES[0], *(f"{line}," for line in LINES[1:])), 0),
}
REFUSED = {
    "empty": (b"", "holds no rows"),
    "header alone": (text(LINES[0]), "holds no rows"),
    "line ends alone": (b"\n\n\n", "holds no rows"),
    "a field more": (with_line(EXTRA + ",9"), "line 8 has 7 fields, but the header has 6"),
    "a field less": (with_line("p,2023-06-01,5"), "line 8 has 3 fields"),
    "a field more at the end": (with_line(EXTRA + ",9", 21), "line 22 has 7 fields"),
    "most lines longer": (text(*LINES[:3], *(f"{x},z" for x in LINES[3:])), "line 4 has 7"),
    "a comment between": (with_line("# checked"), "line 8 has 1 fields"),
    "cut off at the end": (text(*LINES)[:-9], "line 21 has"),
    "a field less below a title": (
        text("Orders of May", *LINES[:7], "p,2023-06-01,5", *LINES[7:]),
        "line 9 has 3 fields",
    ),
    "another header below": (text(*LINES, "a,b,c", "1,2,3"), "line 22 has 3 fields"),
    "no header": (text(*LINES[1:]), "column `customer_id` is missing"),
    "another separator": (text(*LINES, sign="~"), "column `customer_id` is missing"),
    "column twice": (
        text(LINES[0] + ",amount", *(f"{line},7" for line in LINES[1:])),
        "column `amount` is there twice",
    ),
    "gzip by another name": (gzip.compress(TEXT.encode()), "no text, but a gzip archive"),
    "zip": (b"PK\x03\x04" + b"\0" * 200, "no text"),
    "zeros": (b"\0" * 1000, "no text"),
    "parquet by another name": (PARQUET, "cannot be read"),
}
NO_PARQUET = {
    "empty": b"",
    "a CSV": TEXT.encode(),
    "cut at the start": PARQUET[:4],
    "cut in the middle": PARQUET[: len(PARQUET) // 2],
    "cut before the end": PARQUET[:-1],
    "cut at the front": PARQUET[100:],
    "zeros": b"\0" * 1000,
    "marks alone": b"PAR1" + b"\1" * 100 + b"PAR1",
}


@pytest.mark.parametrize("case", READ_WHOLE)
def test_lines_are_read_however_they_are_parted(tmp_path, case):
    content, more = READ_WHOLE[case]
    (tmp_path / "orders.csv").write_bytes(content)
    assert read(config_of(tmp_path / "orders.csv"), len(GOOD) + more).of_good() == WANTED


def refused(path, **source):
    with pytest.raises(InputError) as caught:
        read(config_of(path, **source), 0)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_table_is_refused_by_name_and_line(tmp_path, case):
    content, cause = REFUSED[case]
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    message = refused(path)
    assert message.startswith(f"{path}: ")
    assert cause in message


@pytest.mark.parametrize("case", NO_PARQUET)
def test_what_is_no_parquet_is_refused_by_name(tmp_path, case):
    path = tmp_path / "orders.parquet"
    path.write_bytes(NO_PARQUET[case])
    assert refused(path).startswith(f"{path}: cannot be read: ")


@pytest.mark.parametrize("begin", range(30, len(PARQUET) - 60, len(PARQUET) // 24))
def test_a_damaged_parquet_is_read_whole_or_refused(tmp_path, begin):
    path = tmp_path / "orders.parquet"
    path.write_bytes(PARQUET[:begin] + b"\xff" * 8 + PARQUET[begin + 8 :])
    try:
        found = read(config_of(path), len(GOOD))
    except InputError as error:
        assert str(path) in str(error)  # noqa: PT017 - either way is right
    else:
        assert found.report.table("transactions").rows_read == len(GOOD)


def test_an_empty_part_is_no_harm(tmp_path):
    pq.write_table(good_table(), tmp_path / "a.parquet")
    pq.write_table(good_table().slice(0, 0), tmp_path / "b.parquet")
    assert read(config_of(tmp_path), len(GOOD)).of_good() == WANTED


def test_a_file_that_is_there_twice_is_put_aside_once(tmp_path):
    for name in "ab":
        pq.write_table(good_table(), tmp_path / f"{name}.parquet")
    found = read(config_of(tmp_path), 2 * len(GOOD))
    assert set(found.aside["broken_rules"]) == {"duplicate_line"}
    assert found.of_good() == WANTED


def test_files_of_two_separators_are_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(text(*LINES))
    (tmp_path / "b.csv").write_bytes(text(*LINES, sign=";"))
    assert "has one separator" in refused(tmp_path / "*.csv")


TYPES = {
    "customer_id": [pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())],
    "ordered_at": [
        *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns")),
        *(pa.timestamp("us", zone) for zone in ("UTC", "Europe/Berlin", "Asia/Shanghai")),
        *(pa.date32(), pa.date64()),
    ],
    "amount": [pa.float32(), pa.decimal128(18, 2), pa.string()],
    "quantity": [pa.int8(), pa.uint64(), pa.string(), pa.decimal128(10, 0), pa.float32()],
    "category": [pa.dictionary(pa.int8(), pa.string()), pa.large_string(), pa.binary()],
    "order_id": [pa.large_string(), pa.dictionary(pa.int32(), pa.string())],
}


@pytest.mark.parametrize(("column", "kind"), [(c, k) for c, kinds in TYPES.items() for k in kinds])
def test_a_column_may_be_of_any_type_that_holds_its_values(tmp_path, column, kind):
    table = good_table()
    place = table.column_names.index(column)
    values = table[column].to_pandas()
    cast = pa.array(values).cast(kind) if column != "ordered_at" else pa.array(values, type=kind)
    pq.write_table(table.set_column(place, column, cast), tmp_path / "orders.parquet")
    found = read(config_of(tmp_path / "orders.parquet"), len(GOOD))
    close = [(c, t.normalize(), pytest.approx(a, rel=1e-6)) for c, t, a in WANTED]
    assert [(c, t.normalize(), a) for c, t, a in found.of_good()] == close
    assert found.aside.empty


ODD_TYPES = {
    "amount": [[True] * 20, [[1.0]] * 20, [b"\xff"] * 20, [{"a": 1}] * 20, [None] * 20],
    "ordered_at": [[5] * 20, [1.5] * 20, [True] * 20, [["x"]] * 20, [None] * 20],
    "customer_id": [[None] * 20, [""] * 20],
}


@pytest.mark.parametrize(("column", "values"), [(c, v) for c, vs in ODD_TYPES.items() for v in vs])
def test_a_column_that_holds_none_of_its_values_is_refused_by_name(tmp_path, column, values):
    table = good_table()
    table = table.set_column(table.column_names.index(column), column, pa.array(values))
    path = tmp_path / "orders.parquet"
    pq.write_table(table, path)
    message = refused(path)
    assert message.startswith(f"{path}: ")
    assert f"`{column}`" in message


NAMES = [
    "order",
    "select",
    "a b",
    'a"b',
    "a.b",
    "a'b",
    "😀",
    "<b>",
    "x;--",
    "Ümläut",
    "a`b",
    "%",
    "{x}",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_mapped_column_may_have_any_name(tmp_path, name, ending):
    path = tmp_path / f"orders.{ending}"
    columns = [name if column == "amount" else column for column in COLUMNS]
    if ending == "csv":
        path.write_text(csv_text(GOOD, columns), "utf-8")
    else:
        pq.write_table(good_table().rename_columns(columns), path)
    assert read(config_of(path, columns={"amount": name}), len(GOOD)).of_good() == WANTED


@pytest.mark.parametrize("column", ["customer_id", "ordered_at", "amount"])
def test_a_missing_column_is_named_with_those_that_are_there(tmp_path, column):
    pq.write_table(good_table().drop_columns([column]), tmp_path / "orders.parquet")
    message = refused(tmp_path / "orders.parquet")
    assert f"column `{column}` is missing" in message
    assert "Columns there: " in message


def test_required_columns_may_be_in_capitals(tmp_path):
    pq.write_table(
        good_table().rename_columns([c.upper() for c in COLUMNS]), tmp_path / "o.parquet"
    )
    assert read(config_of(tmp_path / "o.parquet"), len(GOOD)).of_good() == WANTED


def test_decimals_of_more_digits_than_the_engine_has_are_refused(tmp_path):
    amounts = pa.array(good_table()["amount"].to_pandas()).cast(pa.decimal256(40, 2))
    table = good_table().set_column(2, "amount", amounts)
    pq.write_table(table, tmp_path / "orders.parquet")
    assert "column `amount` is decimal256(40, 2)" in refused(tmp_path / "orders.parquet")
