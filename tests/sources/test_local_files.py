import pytest

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.local_files import source_files


def test_the_working_directory_is_not_walked_for_a_file(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert source_files(SourceConfig(path=str(tmp_path / "a.csv"))) == [tmp_path / "a.csv"]


def test_files_come_in_the_order_of_their_names(tmp_path):
    for name in ("jan.csv", "feb.csv"):
        (tmp_path / name).write_text("x\n1\n")
    files = source_files(SourceConfig(path=str(tmp_path / "*.csv")))
    assert [file.name for file in files] == ["feb.csv", "jan.csv"]


def test_a_path_that_no_disk_takes_is_reported():
    with pytest.raises(DataContractError) as caught:
        source_files(SourceConfig(path="orders" * 1000))
    message = str(caught.value)
    assert message.startswith("ordersorders")
    assert message.endswith(": cannot be a file: File name too long; mend `path` in the config.")
    assert len(message) < 300
