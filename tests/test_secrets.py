"""A password in the URL of a source or an output stays in the config."""

import ibis
import psycopg
import pytest

import tiercast
from shop import shop
from tiercast.config.errors import ConfigError, OutputError
from tiercast.config.loading import parse_config
from tiercast.config.schema import Config, OutputConfig
from trained_base import working_in

SECRET = "geheim-7f3a"


@pytest.fixture
def config(postgres_url, memory):
    backend = ibis.connect(postgres_url)
    backend.create_table("orders", shop(customers=90)["transactions"].iloc[::3])
    url = postgres_url.replace("postgres:@", f"postgres:{SECRET}@")
    assert SECRET in url
    source = {"connection": url, "table": "orders"}
    store = f"memory://me:{SECRET}@store/secrets"
    output = {"path": "runs/secrets", "connection": url, "schema": "secrets", "url": store}
    yield Config.model_validate(
        {
            "name": "secrets",
            "sources": {"transactions": source},
            "outlook": {"horizon_days": 30},
            "train": {"snapshots": 4, "trials": 1},
            "output": output,
        }
    )
    backend.drop_table("orders")
    backend.raw_sql("drop schema if exists secrets cascade")
    backend.disconnect()


def test_a_password_is_in_nothing_that_is_written(config, memory, tmp_path, capfd):
    with working_in(tmp_path):
        tiercast.check(config)
        tiercast.train(config)
        scored = tiercast.score(config)
        tiercast.explain(config, 3)
        tiercast.report(config)
    database, store = scored.copies
    assert database.startswith("postgresql://")
    assert database.endswith(" schema secrets")
    assert store == "memory://me:***@store/secrets"
    assert SECRET not in database
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert names >= {"data_report.json", "mlflow.db", "model.json", "manifest.json"}
    assert any(name.endswith(".html") for name in names)
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    assert SECRET not in "".join(capfd.readouterr())
    stored = {path.rpartition("/")[2]: memory.cat_file(path) for path in memory.find("/")}
    assert stored.keys() >= {"manifest.json", "tiercast.json"}
    assert [name for name, content in stored.items() if SECRET.encode() in content] == []
    with psycopg.connect(config.output.connection) as connection:
        kept = [
            connection.execute(f"select kept::text from secrets.{table} kept").fetchall()
            for table in ("runs", "scores")
        ]
    assert all(kept)
    assert SECRET not in str(kept)


def test_a_password_is_in_no_error_of_an_output(config, tmp_path, capfd):
    """Wrong host, wrong login, a broken disk of the database: none of them tells."""
    broken = [
        f"postgresql://me:{SECRET}@127.0.0.1:1/shop",
        f"postgresql://me:x/{SECRET}@127.0.0.1:1/shop",
        f"postgresql://me@127.0.0.1:1/shop?password={SECRET}",
        config.output.connection.replace("postgres:", "nobody:"),
    ]
    for number, url in enumerate(broken):
        output = OutputConfig(path=str(tmp_path / f"{number}"), connection=url)
        with pytest.raises(OutputError) as caught:
            tiercast.score(config.model_copy(update={"output": output}))
        assert SECRET not in str(caught.value)
        assert "***" in str(caught.value)
        assert SECRET not in repr(output)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == len(broken)
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    assert SECRET not in "".join(capfd.readouterr())


def test_a_config_of_an_unknown_database_shows_no_password():
    output = {"path": "runs", "connection": f"mysql://me:{SECRET}@host/shop"}
    settings = {"name": "shop", "sources": {"transactions": {"path": "a"}}, "output": output}
    with pytest.raises(ConfigError) as caught:
        parse_config(settings, origin="shop.yaml")
    assert SECRET not in str(caught.value)
    assert "must begin with postgresql:// or duckdb://, but got mysql:..." in str(caught.value)
