import ibis
import pytest

from tiercast.config.errors import OutputError
from tiercast.feature_store.folder import FeatureStoreFolder, Unusable


def test_a_file_bears_the_name_of_its_content(tmp_path):
    folder = FeatureStoreFolder(tmp_path)
    connection = ibis.duckdb.connect()
    table = connection.create_table("t", ibis.memtable({"a": [3, 1, 2]}))
    one = folder.write("orders", "2024-01", table)
    other = folder.write("orders", "2024-01", table.order_by("a"))
    assert one == other
    assert one.rows == 3
    assert [path.name for path in (tmp_path / "orders").iterdir()] == [
        f"2024-01.{one.sha256[:16]}.parquet"
    ]
    assert connection.read_parquet(tmp_path / one.file).to_pyarrow()["a"].to_pylist() == [1, 2, 3]


def test_an_empty_folder_is_not_usable(tmp_path):
    with pytest.raises(Unusable, match="nothing is stored yet"):
        FeatureStoreFolder(tmp_path).read()


def test_a_store_that_cannot_be_made_is_an_output_error(tmp_path):
    (tmp_path / "file").write_text("")
    folder = FeatureStoreFolder(tmp_path / "file" / "book")
    with pytest.raises(OutputError, match="book could not be written"), folder.locked():
        pass
