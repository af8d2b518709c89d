"""A password in a source's URL stays in the config."""

import ibis
import pytest

import tiercast
from shop import shop
from tiercast.config.schema import Config
from trained_base import working_in

SECRET = "geheim-7f3a"


@pytest.fixture
def config(postgres_url):
    backend = ibis.connect(postgres_url)
    backend.create_table("orders", shop(customers=90)["transactions"].iloc[::3])
    url = postgres_url.replace("postgres:@", f"postgres:{SECRET}@")
    assert SECRET in url
    source = {"connection": url, "table": "orders"}
    yield Config.model_validate(
        {
            "name": "secrets",
            "sources": {"transactions": source},
            "outlook": {"horizon_days": 30},
            "train": {"snapshots": 4, "trials": 1},
        }
    )
    backend.drop_table("orders")
    backend.disconnect()


def test_a_password_is_in_nothing_that_is_written(config, tmp_path, capfd):
    with working_in(tmp_path):
        tiercast.check(config)
        tiercast.train(config)
        tiercast.score(config)
        tiercast.explain(config, 3)
        tiercast.report(config)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert names >= {"data_report.json", "mlflow.db", "model.json", "manifest.json"}
    assert any(name.endswith(".html") for name in names)
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    assert SECRET not in "".join(capfd.readouterr())
