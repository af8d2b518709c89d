"""A forgotten customer is in no table of the database and in no part of the object store."""

import json
import shutil
from dataclasses import replace

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.run_log import Run
from tiercast.config.schema import Config
from tiercast.privacy.copies import publish_again
from tiercast.privacy.forget import forget
from tiercast.sinks.database import open_database
from tiercast.sinks.object_store import open_object_store
from trained_base import SHOP_DAY, working_in

CUSTOMER = "c0003"


@pytest.fixture
def shop(trained_shop, tmp_path):
    """Return a copy of the shop's folder, and how to make its config."""
    shutil.copytree(trained_shop.folder, tmp_path / "shop")
    given = trained_shop.config.model_dump(mode="json", exclude_unset=True)
    with working_in(tmp_path / "shop"):
        yield lambda **output: Config.model_validate(
            given | {"output": {"path": "runs/shop", **output}}
        )


def put_scores(config, sink):
    """Bring the scored day into a sink, as `score` does, and a run that names the customer."""
    folder = OutputFolder.of(config).scores(SHOP_DAY)
    files = sorted(folder.glob("part-*.parquet"))
    run = Run.begin("score", "shop")
    failed = Run.begin("explain", "shop").end("failed", 1, f"Customer {CUSTOMER} is odd.")
    sink.record_run(failed)
    schema = pa.schema(
        one.with_type(pa.list_(one.type.value_type)) if pa.types.is_list(one.type) else one
        for one in pq.read_schema(files[0])
    )
    with sink.replacing() as replacement:
        replacement.load(files, schema, replace(run, as_of=SHOP_DAY).end("done", 0))


@pytest.fixture(params=["duckdb", "postgresql"])
def database(request, shop):
    """Return a config whose database has the scores, and how to ask it."""
    if request.param == "duckdb":
        config = shop(connection="duckdb://out/shop.duckdb", schema="forgotten")
        ask = lambda query: duckdb.connect("out/shop.duckdb").execute(query).fetchall()  # noqa: E731
    else:
        url = request.getfixturevalue("postgres_url")
        config = shop(connection=url, schema="forgotten")

        def ask(query):
            with psycopg.connect(url) as connection:
                return connection.execute(query).fetchall()

    put_scores(config, open_database(config))
    return config, ask


def test_no_table_of_the_database_names_the_customer(database):
    config, ask = database
    count = "SELECT count(*) FROM forgotten.scores"
    of_customer = f"{count} WHERE customer_id = '{CUSTOMER}'"
    (before,), (theirs,) = ask(count)[0], ask(of_customer)[0]
    assert theirs == 1
    found = forget(config, CUSTOMER)
    tables = next(one for one in found.places if one.place == "database")
    assert (tables.found > 0, tables.left) == (True, 0)
    assert ask(count)[0][0] == before - 1
    assert ask(of_customer)[0][0] == 0
    messages = [one for (one,) in ask("SELECT message FROM forgotten.runs") if one]
    assert "Customer [erased] is odd." in messages


def test_the_object_store_shows_the_scores_without_the_customer(shop, memory):
    config = shop(url="memory://shop/results")
    put_scores(config, open_object_store(config))
    assert forget(config, CUSTOMER).is_erased
    manifest = json.loads(memory.cat(f"/shop/results/scores/as_of={SHOP_DAY}/manifest.json"))
    parts = [part["file"] for part in manifest["parts"]]
    there = {path.rpartition("/")[2] for path in memory.find("/shop/results/scores")}
    assert there == {"manifest.json", *parts}
    for part in parts:
        rows = pq.read_table(memory.open(f"/shop/results/scores/as_of={SHOP_DAY}/{part}"))
        assert CUSTOMER not in rows["customer_id"].to_pylist()


def test_days_that_are_in_the_object_store_alone_are_named(shop, memory):
    config = shop(url="memory://shop/results")
    put_scores(config, open_object_store(config))
    memory.pipe("/shop/results/scores/as_of=2023-01-01/manifest.json", b"{}")
    assert publish_again(config)[1] == ["as_of=2023-01-01"]
