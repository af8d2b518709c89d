import datetime as dt
import json

import pytest

from tiercast.config.loading import parse_config
from tiercast.config.schema import Config
from tiercast.contract.tally import CountedLines, HashSums, RuleMatches, Tally
from tiercast.feature_store.manifest import Manifest, StoredFile, origin

TRANSACTIONS = {"path": "orders.parquet"}
PASSWORD = "geheim"


def config(**settings) -> Config:
    sources = {"transactions": TRANSACTIONS | settings.pop("source", {})}
    return Config.model_validate({"name": "shop", "sources": sources} | settings)


def test_a_manifest_is_read_as_it_was_written():
    when = dt.datetime(2024, 1, 5, 9, 30, 0, 123456)
    tally = Tally(5, 1, when, None, {"return": RuleMatches(2, ("-1.0", None))})
    lines = CountedLines(dt.date(2024, 2, 1), tally, HashSums(5, 2**70, -(2**65)), {"category": 3})
    files = (StoredFile("orders", "2024-01", "orders/2024-01.0a.parquet", 4, "0a"),)
    manifest = Manifest(origin(config()), {"amount": "float64"}, lines, files)
    assert Manifest.from_json(json.dumps(manifest.to_json()).encode()) == manifest


def test_files_are_found_by_table_and_month():
    files = [StoredFile(t, m, f"{t}/{m}", 1, "") for t in ("orders", "quarantine") for m in "ab"]
    lines = CountedLines(dt.date(2024, 2, 1), Tally(0, 0, None, None), HashSums(0, 0, 0), {})
    manifest = Manifest({}, {}, lines, tuple(files))
    assert [file.file for file in manifest.of("orders")] == ["orders/a", "orders/b"]
    assert [file.file for file in manifest.of("quarantine", "b")] == ["quarantine/b"]


@pytest.mark.parametrize(
    "other",
    [
        {"source": {"path": "others.parquet"}},
        {"source": {"columns": {"amount": "paid"}}},
        {"source": {"time_format": "%Y%m%d"}},
        {"outlook": {"value": "margin"}},
    ],
)
def test_rows_of_another_origin_are_told(other):
    assert origin(config(**other)) != origin(config())


def test_what_rows_do_not_depend_on_does_not_count():
    assert origin(config(outlook={"horizon_days": 30}, name="other")) == origin(config())


def test_an_origin_holds_no_password():
    source = {"connection": f"postgresql://user:{PASSWORD}@host/shop", "table": "orders"}
    shop = Config.model_validate({"name": "shop", "sources": {"transactions": source}})
    assert PASSWORD not in str(origin(shop))


def from_environment(monkeypatch, value):
    monkeypatch.setenv("SHOP_KEY", value)
    source = {"path": "https://host/orders.csv?${SHOP_KEY}", "columns": {"amount": "${SHOP_KEY}"}}
    return parse_config({"name": "shop", "sources": {"transactions": source}}, origin="shop.yaml")


def test_an_origin_tells_another_value_of_the_environment_but_not_which(monkeypatch):
    first, other = (origin(from_environment(monkeypatch, v)) for v in ("geheim-1", "geheim-2"))
    assert "geheim" not in str(first)
    assert first["source"] == "https://host/orders.csv?${SHOP_KEY}"
    assert {key for key in first if first[key] != other[key]} == {"environment"}


def test_another_signature_of_a_url_is_no_other_origin(monkeypatch):
    def signed(value):
        monkeypatch.setenv("SHOP_SAS", f"se=2024-01-{value}&sig=geheim{value}")
        source = {"path": "https://host/orders.csv?${SHOP_SAS}"}
        settings = {"name": "shop", "sources": {"transactions": source}}
        return origin(parse_config(settings, origin="shop.yaml"))

    assert signed("01") == signed("02")
