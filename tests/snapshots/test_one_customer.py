import ibis
import pytest

from tiercast.snapshots.one_customer import rows_of_customer


@pytest.mark.parametrize(
    ("ids", "asked", "found"),
    [
        ([7, 70, -7], "7", [7]),
        ([7, 70, -7], "-7", [-7]),
        ([7], "07", []),
        ([7], "7.0", []),
        ([7], "seven", []),
        ([7], "9" * 40, []),
        (["7", "07"], "07", ["07"]),
        (["a b", "a"], "a", ["a"]),
        (["a b", "a"], "a\0b", []),
        (["a b", "a"], "a\ud800", []),
    ],
)
def test_the_rows_of_an_id_as_it_is_written(ids, asked, found):
    table = ibis.memtable({"customer_id": ids})
    assert rows_of_customer(table, asked).to_pyarrow()["customer_id"].to_pylist() == found
