"""Sources that lie in an object store: one served on this machine, and fsspec's own in memory."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest

from tiercast.config.errors import SourceGoneError
from tiercast.config.loading import parse_config
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


def refused(path, kind=DataContractError):
    with pytest.raises(kind) as caught:
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
    message = refused("s3://shop/orders/*.csv", SourceGoneError)
    s3.clear_instance_cache()
    assert "cannot be read: Could not connect to the endpoint" in message
    assert "see to the address, the network and the credentials" in message


def test_a_web_server_that_does_not_answer_may_do_so_later():
    message = refused("http://127.0.0.1:1/orders.csv", SourceGoneError)
    assert "http://127.0.0.1:1/orders.csv: cannot be read: Cannot connect" in message
    assert message.endswith("the network and the credentials, then run this again.")


def test_files_in_memory_are_read(memory):
    memory.pipe("/orders/one.parquet", parquet(LINES))
    assert read("memory://orders/*.parquet")[0]["customer_id"].tolist() == [7, 8]


def test_files_of_one_name_in_two_folders_are_both_read(memory):
    for number in (0, 1):
        memory.pipe(f"/{number}/lines.parquet", parquet(LINES.iloc[[number]]))
    assert len(read("memory://*/lines.parquet")[0]) == 2


def test_nothing_that_matches_is_reported(memory):
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


def test_a_scheme_that_nothing_reads_is_reported():
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


class Signed(BaseHTTPRequestHandler):
    """A store on the web that hands a file out to whoever has the signature, as it was written."""

    signature = "a%2Fb.csv%2Bgeheim-4e"
    refusal = 403
    missing = 0  # bytes that are announced and not sent

    def do_GET(self):
        knows = self.path.endswith(f"?v=2&sig={self.signature}")
        self.send_response(200 if knows else self.refusal)
        body = parquet(LINES) if knows else b""
        self.send_header("Content-Length", str(len(body) + self.missing))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    with ThreadingHTTPServer(("127.0.0.1", 0), Signed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_signed_url_is_read_and_shown_without_its_signature(web):
    lines, source = read(f"{web}/orders.parquet?v=2&sig={Signed.signature}")
    assert lines["customer_id"].tolist() == [7, 8]
    assert source == f"{web}/orders.parquet?v=2&sig=***"


def test_a_signature_from_the_environment_is_reported_as_its_name(web, monkeypatch):
    path = f"{web}/orders.parquet?v=2&${{SHOP_SAS}}"
    settings = {"name": "shop", "sources": {"transactions": {"path": path}}}
    monkeypatch.setenv("SHOP_SAS", f"sig={Signed.signature}")
    with open_base(parse_config(settings, origin="shop.yaml")) as base:
        assert base.report.tables[0].source == path
    monkeypatch.setenv("SHOP_SAS", "sig=wrong%2Fgeheim")
    config = parse_config(settings, origin="shop.yaml")
    with pytest.raises(DataContractError) as caught, open_base(config):
        pass
    assert str(caught.value).startswith(f"{path}: cannot be read: 403")
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_what_a_web_server_may_answer_otherwise_later_is_a_failure(web, monkeypatch, status):
    monkeypatch.setattr(Signed, "refusal", status)
    message = refused(f"{web}/orders.parquet", SourceGoneError)
    assert f"cannot be read: {status}" in message


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_what_a_web_server_refuses_for_good_is_bad_input(web, monkeypatch, status):
    monkeypatch.setattr(Signed, "refusal", status)
    assert "/orders.parquet: " in refused(f"{web}/orders.parquet")


def test_an_answer_that_breaks_off_may_be_whole_later(web, monkeypatch):
    monkeypatch.setattr(Signed, "missing", 1)
    url = f"{web}/orders.parquet?v=2&sig={Signed.signature}"
    assert "cannot be read: " in refused(url, SourceGoneError)


def test_what_a_url_without_an_ending_holds_is_not_guessed(web):
    message = refused(f"{web}/orders?v=2&sig={Signed.signature}")
    assert message.startswith(f"{web}/orders?v=2&sig=***: files must end in .parquet, ")
