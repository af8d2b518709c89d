"""Sources that lie in an object store: one served on this machine, and fsspec's own in memory."""

import pandas as pd
import pytest

from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.sources.canonical import open_base
from tiercast.sources.object_store import is_remote

LINES = pd.DataFrame(
    {"customer_id": [7, 8], "ordered_at": ["2024-01-05", "2024-01-06"], "amount": [12.5, 3.0]}
)


def read(path):
    config = Config.model_validate({"name": "shop", "sources": {"transactions": {"path": path}}})
    with open_base(config) as base:
        (summary,) = base.report.tables
        return base.transactions.order_by("customer_id").to_pandas(), summary.source


def refused(path):
    with pytest.raises(DataContractError) as caught:
        read(path)
    return str(caught.value)


def parquet(frame):
    return frame.to_parquet(index=False)


@pytest.mark.parametrize("name", ["orders/*.parquet", "orders", "orders/2024-0[12].parquet"])
def test_parquet_is_read_from_s3(s3, name):
    s3.pipe("shop/orders/2024-01.parquet", parquet(LINES.head(1)))
    s3.pipe("shop/orders/2024-02.parquet", parquet(LINES.tail(1)))
    lines, source = read(f"s3://shop/{name}")
    assert lines["amount"].tolist() == [12.5, 3.0]
    assert source == f"s3://shop/{name}"


def test_csv_is_read_from_s3(s3):
    s3.pipe("shop/orders.csv", LINES.to_csv(index=False).encode())
    assert read("s3://shop/orders.csv")[0]["customer_id"].tolist() == [7, 8]


def test_a_bucket_that_is_not_there_is_named(s3):
    assert refused("s3://nosuch/orders/*.csv").startswith("s3://nosuch/orders/*.csv: ")


def test_a_store_that_cannot_be_reached_is_named(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3.clear_instance_cache()
    message = refused("s3://shop/orders/*.csv")
    s3.clear_instance_cache()
    assert "cannot be read: Could not connect to the endpoint" in message
    assert "see to the address, the network and the credentials" in message


def test_files_in_memory_are_read(memory):
    memory.pipe("/orders/one.parquet", parquet(LINES))
    assert read("memory://orders/*.parquet")[0]["customer_id"].tolist() == [7, 8]


def test_files_of_one_name_in_two_folders_are_both_read(memory):
    for number in (0, 1):
        memory.pipe(f"/{number}/lines.parquet", parquet(LINES.iloc[[number]]))
    assert len(read("memory://*/lines.parquet")[0]) == 2


def test_nothing_that_matches_is_told(memory):
    assert refused("memory://nothing/*.csv") == (
        "memory://nothing/*.csv: no file matches; mend `path` in the config."
    )


def test_a_url_of_a_file_here_is_read_in_place(tmp_path):
    LINES.to_csv(tmp_path / "orders.csv", index=False)
    assert read(f"file://{tmp_path}/orders.csv")[0]["customer_id"].tolist() == [7, 8]


def test_a_package_that_is_missing_is_named():
    message = refused("gs://shop/orders.csv")
    assert "reading gs:// needs a package that is not here; Please install gcsfs" in message


def test_the_extra_for_s3_is_named(monkeypatch):
    def missing(_url):
        raise ImportError("no s3fs")

    monkeypatch.setattr("tiercast.sources.object_store.url_to_fs", missing)
    assert refused("s3://shop/orders.csv").endswith("pip install 'tiercast[s3]'.")


def test_a_scheme_that_nothing_reads_is_told():
    assert "nothing reads shopfs://" in refused("shopfs://orders.csv")


def test_a_password_in_a_url_is_hidden():
    message = refused("sftp://me:geheim@127.0.0.1/orders.csv")
    assert "sftp://me:***@127.0.0.1/orders.csv" in message
    assert "geheim" not in message


def test_a_copy_is_gone_with_the_workspace(memory, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    memory.pipe("/orders.csv", LINES.to_csv(index=False).encode())
    read("memory://orders.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["data/*.csv", "sample://cdnow/x.parquet", "C:/orders.csv"])
def test_paths_and_samples_are_not_elsewhere(path):
    assert not is_remote(path)
