"""What a config takes from the environment, and passwords in URLs, are shown nowhere."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import ibis
import psycopg
import pytest

import tiercast
from fork_server import fork_server
from shop import shop
from tiercast.config.errors import ConfigError, InputError, OutputError
from tiercast.config.loading import parse_config
from tiercast.config.output import OutputConfig
from tiercast.config.schema import Config
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


PLANTED = {
    "SHOP_SAS": f"se=2030-01-01&sig=a%2Fb%2B{SECRET}%3D",
    "SHOP_FILE": f"{SECRET}.duckdb",
    "SHOP_TABLE": f"{SECRET}_people",
    "SHOP_ID": f"{SECRET}_id",
    "SHOP_STORE": f"me:{SECRET}@store",
    "SHOP_HOOK": f"key/{SECRET}",
}


class Signed(BaseHTTPRequestHandler):
    """A store on the web: orders for who has the signature."""

    content: bytes = b""

    def do_GET(self):
        is_signed = self.path.partition("?")[2] == PLANTED["SHOP_SAS"]
        self.send_response(200 if is_signed else 403)
        self.send_header("Content-Length", str(len(self.content) if is_signed else 0))
        self.end_headers()
        if is_signed:
            self.wfile.write(self.content)

    def log_message(self, *_):
        pass


@pytest.fixture
def planted(tmp_path, memory, monkeypatch):
    """Return the path of a config with a secret in every place that a value may stand."""
    tables = shop(customers=90)
    Signed.content = tables["transactions"].iloc[::3].to_parquet(index=False)
    for name, value in PLANTED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    people = ibis.duckdb.connect(PLANTED["SHOP_FILE"])
    frame = tables["customers"].rename(columns={"customer_id": PLANTED["SHOP_ID"]})
    people.create_table(PLANTED["SHOP_TABLE"], frame)
    people.disconnect()
    with ThreadingHTTPServer(("127.0.0.1", 0), Signed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        config = tmp_path / "shop.yaml"
        config.write_text(CONFIG.replace("PORT", str(server.server_port)))
        yield config
        server.shutdown()


CONFIG = """
name: planted
sources:
  transactions: {path: "http://127.0.0.1:PORT/orders.parquet?${SHOP_SAS}"}
  customers:
    connection: duckdb://${SHOP_FILE}
    table: ${SHOP_TABLE}
    columns: {customer_id: "${SHOP_ID}"}
outlook: {horizon_days: 30}
train: {snapshots: 4, trials: 1}
alerts:
  rules:
    - name: everyone
      meaning: Everyone is told of.
      when: [{column: expected_value, operator: ">=", value: 0}]
  sinks: [{kind: webhook, url: "http://127.0.0.1:PORT/${SHOP_HOOK}", retries: 0}]
output: {path: runs, url: "memory://${SHOP_STORE}/planted"}
feature_store: {path: daybook}
"""


def test_a_value_of_the_environment_is_in_nothing_that_is_written(
    planted, memory, tmp_path, capfd, monkeypatch
):
    config = str(planted)
    tiercast.check(config)
    tiercast.train(config, force=True)
    tiercast.score(config)
    tiercast.report(config)
    with pytest.raises(OutputError, match="Not all alerts"):
        tiercast.alerts(config)
    monkeypatch.setenv("SHOP_ID", f"{SECRET}_no")
    with pytest.raises(InputError, match=r"column `\$\{SHOP_ID\}` is missing"):
        tiercast.score(config)
    monkeypatch.setenv("SHOP_SAS", f"sig=wrong%2F{SECRET}")
    with pytest.raises(InputError, match=r"orders.parquet\?\$\{SHOP_SAS\}: cannot be read: 403"):
        tiercast.score(config)
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    del written[tmp_path / PLANTED["SHOP_FILE"]]
    assert SECRET not in "".join(map(str, written))
    written |= {path: memory.cat_file(path) for path in memory.find("/")}
    assert [path for path, content in written.items() if SECRET.encode() in content] == []
    assert SECRET not in "".join(capfd.readouterr())
    (manifest,) = tmp_path.glob("runs/scores/*/manifest.json")
    told = json.loads(manifest.read_text())["config"]["sources"]
    assert told["transactions"]["path"].endswith("/orders.parquet?${SHOP_SAS}")
    assert told["customers"]["columns"] == {"customer_id": "${SHOP_ID}"}
    assert told["customers"]["table"] == "${SHOP_TABLE}"


def test_a_value_of_the_environment_is_in_nothing_that_a_command_says(
    planted, tmp_path, monkeypatch
):
    monkeypatch.setenv("SHOP_SAS", f"sig=wrong%2F{SECRET}")
    said = tmp_path / "said.log"
    with fork_server(tmp_path, said) as server:
        for options in ([], ["--debug"], ["--log-format", "json"]):
            assert server.start(*options, "score", planted).wait() == 2
            shown = said.read_text("utf-8")
            assert "/orders.parquet?${SHOP_SAS}: cannot be read: 403" in shown
            assert SECRET not in shown


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
    assert len(files) == 3 * len(broken)  # whose folder, the run, and that it is owed there
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == []
    assert SECRET not in "".join(capfd.readouterr())


def test_a_config_of_an_unknown_database_shows_no_password():
    output = {"path": "runs", "connection": f"mysql://me:{SECRET}@host/shop"}
    settings = {"name": "shop", "sources": {"transactions": {"path": "a"}}, "output": output}
    with pytest.raises(ConfigError) as caught:
        parse_config(settings, origin="shop.yaml")
    assert SECRET not in str(caught.value)
    assert "must begin with postgresql:// or duckdb://, but got mysql:..." in str(caught.value)
