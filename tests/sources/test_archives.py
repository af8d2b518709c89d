import zipfile

import pytest

from plain_reading import refused, rows_of
from workbook import write_xlsx

TEXT = "customer_id,amount\n1,2.5\n"


def packed(tmp_path, **files):
    with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return tmp_path / "orders.zip"


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_the_file_inside_is_read_whatever_systems_left_beside_it(tmp_path, ending):
    book = write_xlsx(tmp_path / "book", {"S": [["customer_id", "amount"], [1, 2.5]]})
    content = {"csv": TEXT, "json": '[{"customer_id": 1, "amount": 2.5}]', "xlsx": ""}[ending]
    names = {f"2024/orders.{ending}": content or book.read_bytes(), "__MACOSX/2024/._orders": "x"}
    path = packed(tmp_path, **names, **{"2024/.DS_Store": "x"})
    assert rows_of(path)[0] == [{"customer_id": 1, "amount": 2.5}]


def test_several_of_one_kind_are_united(tmp_path):
    path = packed(tmp_path, **{"a/o.csv": TEXT, "b/o.csv": TEXT.replace("1,", "2,")})
    assert [row["customer_id"] for row in rows_of(path)[0]] == [1, 2]


def test_several_kinds_are_refused(tmp_path):
    path = packed(tmp_path, **{"a.csv": TEXT, "b.json": "[]"})
    assert f"{path}/a.csv and 1 more: a source is of one kind, but got csv and json" in refused(
        path
    )


def test_a_broken_line_is_named_with_archive_and_file(tmp_path):
    path = packed(tmp_path, **{"a.csv": TEXT + "1,2,3\n" + TEXT})
    assert f"{path}/a.csv: cannot be read: line 3 has 3 fields" in refused(path)


def test_an_archive_that_is_empty_or_damaged_is_named(tmp_path):
    path = packed(tmp_path)
    assert refused(path) == f"{path}: holds no files; export it again."
    path.write_bytes(b"PK\3\4")
    assert refused(path).startswith(f"{path}: cannot be unpacked: ")
