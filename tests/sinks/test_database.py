"""Both databases in turn: a real PostgreSQL, and a DuckDB file."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.artifacts.run_log import Run
from tiercast.config.errors import InputError, OutputError
from tiercast.config.schema import Config
from tiercast.scoring.columns import score_schema
from tiercast.sinks.database import open_database

DAY = dt.date(2024, 7, 1)
WHOLE = pa.int64()
TIERS = ("top", "dormant")
AWKWARD = 'it\'s "50 %" \\ 名\n'


@pytest.fixture(params=["postgresql", "duckdb"])
def url(request, tmp_path):
    if request.param == "duckdb":
        yield f"duckdb://{tmp_path}/shop.duckdb"
        return
    url = request.getfixturevalue("postgres_url")
    yield url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema if exists tiercast cascade")


def opened(url, **settings):
    given = {
        "name": "shop",
        "sources": {"transactions": {"path": "a.csv"}},
        "output": {"connection": url},
    }
    return open_database(Config.model_validate(given | settings))


def fetch(database, query):
    with closing(database.server.session()) as session:
        return session.fetch(query)


def rows(count, day=DAY, ids=WHOLE):
    """Return scores with every second customer risen a tier, and two alerts each."""
    schema = score_schema(ids, TIERS)
    reason = {"feature": "gap", "value": None, "effect": 0.5, "text": AWKWARD}
    told = {
        "customer_id": list(range(count)) if ids == WHOLE else [f"c{n}" for n in range(count)],
        "as_of": [day] * count,
        "tier": ["top"] * count,
        "tier_probabilities": [{"top": 0.25, "dormant": 0.75}] * count,
        "tier_set": [["top", "dormant"], []][:count] + [["top"]] * (count - 2),
        "reasons": [[reason]] * count,
        "action": [AWKWARD] * count,
        "tier_change": [number % 2 for number in range(count)],
        "alerts": [["left_top_tier", "came_back"]] * count,
    }
    return pa.table(
        {f.name: pa.array(told.get(f.name, [None] * count), f.type) for f in schema}, schema=schema
    )


def load(database, folder, table, day=DAY, run=None):
    half = max(1, table.num_rows // 2)
    files = [folder / "part-0.parquet", folder / "part-1.parquet"]
    pq.write_table(table.slice(0, half), files[0])
    pq.write_table(table.slice(half), files[1])
    run = replace(run or Run.begin("score", "shop"), as_of=day).end("done", 0)
    with database.replacing() as replacement:
        replacement.load(files, table.schema, run)


def test_scores_arrive_with_what_is_nested_in_them(url, tmp_path):
    database = opened(url)
    load(database, tmp_path, rows(3))
    ((probabilities, reasons, action, tier_set, change),) = fetch(
        database,
        "select tier_probabilities::text, reasons::text, action, tier_set, tier_change "
        "from tiercast.scores where customer_id = 0",
    )
    assert json.loads(probabilities) == {"top": 0.25, "dormant": 0.75}
    (reason,) = json.loads(reasons)
    assert reason == {"feature": "gap", "value": None, "effect": 0.5, "text": AWKWARD}
    assert (action, tier_set, change) == (AWKWARD, ["top", "dormant"], 0)


def test_a_second_run_of_a_day_replaces_the_first_and_leaves_other_days(url, tmp_path):
    database, before = opened(url), DAY - dt.timedelta(days=30)
    load(database, tmp_path, rows(4, before), before)
    for count in (5, 3):
        load(database, tmp_path, rows(count))
    count = "select count(*), count(distinct as_of) from tiercast"
    assert fetch(database, f"{count}.scores") == [(7, 2)]
    assert fetch(database, f"{count}.scores_latest") == [(3, 1)]
    assert fetch(database, f"{count}.tier_changes") == [(2 + 1, 2)]
    assert fetch(database, f"{count}.alerts") == [(2 * 7, 2)]
    assert fetch(database, f"{count}.ledger") == [(0, 0)]


def grades(path, day, came):
    """Return a file of two grades of a day's scores."""
    told = {
        "as_of": pa.array([day] * 2, pa.date32()),
        "graded_on": pa.array([day + dt.timedelta(days=90)] * 2, pa.date32()),
        "model_version": ["1"] * 2,
        "by": ["all", "tier"],
        "group": ["all", AWKWARD],
        "metric": ["churn"] * 2,
        "predicted": [0.5, None],
        "actual": [came] * 2,
        "customers": [8, 4],
    }
    pq.write_table(pa.table(told), path)
    return path


def test_grades_take_the_place_of_those_of_the_same_day(url, tmp_path):
    database, before = opened(url), DAY - dt.timedelta(days=30)
    files = [grades(tmp_path / "a", before, 0.1), grades(tmp_path / "b", DAY, 0.2)]
    database.replace_grades(files)
    database.replace_grades([grades(tmp_path / "c", DAY, 0.3)])
    columns = 'as_of, "group", predicted, actual, customers'
    kept = f"select {columns} from tiercast.ledger order by 1, 2 desc"
    assert sorted(fetch(database, kept), key=lambda row: (row[0], -row[4])) == [
        (before, "all", 0.5, 0.1, 8),
        (before, AWKWARD, None, 0.1, 4),
        (DAY, "all", 0.5, 0.3, 8),
        (DAY, AWKWARD, None, 0.3, 4),
    ]


def test_a_ledger_of_an_earlier_version_takes_the_new_names_of_its_columns(url, tmp_path):
    database = opened(url)
    database.replace_grades([grades(tmp_path / "a", DAY, 0.1)])
    with closing(database.server.session()) as session:
        for name, older in (("predicted", "told"), ("actual", "came")):
            session.run(f"ALTER TABLE tiercast.ledger RENAME COLUMN {name} TO {older}")
        session.commit()
    database = opened(url)
    database.replace_grades([grades(tmp_path / "b", DAY + dt.timedelta(days=1), 0.2)])
    kept = "select predicted, actual from tiercast.ledger where \"group\" = 'all' order by as_of"
    assert fetch(database, kept) == [(0.5, 0.1), (0.5, 0.2)]


def fail_after_loading(database, files, schema, run):
    def fail():
        with database.replacing() as replacement:
            replacement.load(files, schema, run)
            raise KeyError("the disk of Babel")

    with pytest.raises(KeyError):
        fail()


def test_what_goes_wrong_before_the_end_leaves_the_day_as_it_was(url, tmp_path):
    database = opened(url)
    load(database, tmp_path, rows(3))
    pq.write_table(rows(9), tmp_path / "part-0.parquet")
    run = replace(Run.begin("score", "shop"), as_of=DAY).end("done", 0)
    fail_after_loading(database, [tmp_path / "part-0.parquet"], rows(9).schema, run)
    assert fetch(database, "select count(*) from tiercast.scores") == [(3,)]
    assert fetch(database, "select count(*) from tiercast.runs") == [(1,)]


def test_two_machines_that_write_a_day_take_turns(postgres_url, tmp_path):
    first, second = opened(postgres_url), opened(postgres_url)
    run = replace(Run.begin("score", "shop"), as_of=DAY).end("done", 0)
    pq.write_table(rows(5), tmp_path / "first.parquet")
    (tmp_path / "second").mkdir()
    with ThreadPoolExecutor(1) as pool:
        with first.replacing() as replacement:
            replacement.load([tmp_path / "first.parquet"], rows(5).schema, run)
            waiting = pool.submit(load, second, tmp_path / "second", rows(3))
            with pytest.raises(TimeoutError):
                waiting.result(timeout=1)
        waiting.result(timeout=60)
    assert fetch(first, "select count(*) from tiercast.scores") == [(3,)]
    assert fetch(first, "select count(*) from tiercast.runs") == [(2,)]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("drop schema tiercast cascade")


def test_a_run_is_one_row_and_what_came_of_it_is_final(url, tmp_path):
    database, run = opened(url), Run.begin("score", "shop")
    database.record_run(run)
    query = "select outcome, as_of, data_fingerprint::text from tiercast.runs"
    assert fetch(database, query) == [("running", None, None)]
    known = replace(run, data_fingerprint={"transactions": "3-a-b"})
    load(database, tmp_path, rows(3), run=known)
    database.record_run(replace(run, outcome="killed"))
    ((outcome, as_of, fingerprint),) = fetch(database, query)
    assert (outcome, as_of) == ("done", DAY)
    assert json.loads(fingerprint) == {"transactions": "3-a-b"}


def test_another_base_is_refused_the_schema_and_gets_one_of_its_own(url):
    opened(url).record_run(Run.begin("score", "shop"))
    message = "schema tiercast holds the scores of shop, .* of other would replace them"
    with pytest.raises(InputError, match=message):
        opened(url, name="other")
    other = opened(url, name="other", output={"connection": url, "schema": "other"})
    assert fetch(other, "select count(*) from other.runs") == [(0,)]
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("drop schema other cascade")


@pytest.fixture(params=["order", "select", "shop", "temp", "memory"])
def odd_schema(request, url):
    """A schema named like a word of SQL, like the DuckDB file, or like a part of DuckDB's."""
    yield request.param
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'drop schema if exists "{request.param}" cascade')


def test_any_name_of_a_schema_will_do(url, odd_schema, tmp_path):
    database = opened(url, output={"connection": url, "schema": odd_schema})
    load(database, tmp_path, rows(3))
    database.replace_grades([grades(tmp_path / "a", DAY, 0.1)])
    with closing(database.server.session()) as session:
        counts = [
            session.fetch(f"select count(*) from {session.table(odd_schema, name)}")[0][0]
            for name in ("runs", "scores", "scores_latest", "tier_changes", "alerts", "ledger")
        ]
    assert counts == [1, 3, 3, 1, 6, 2]


def test_a_file_named_like_its_schema_can_be_renamed(tmp_path):
    load(opened(f"duckdb://{tmp_path}/tiercast.duckdb"), tmp_path, rows(3))
    (tmp_path / "tiercast.duckdb").rename(tmp_path / "kept.duckdb")
    with duckdb.connect(str(tmp_path / "kept.duckdb")) as connection:
        newest = connection.execute("select count(*) from tiercast.scores_latest").fetchall()
    assert newest == [(3,)]


def test_ids_of_another_type_are_refused(url, tmp_path):
    database = opened(url)
    load(database, tmp_path, rows(3))
    with pytest.raises(InputError, match=r"ids in tiercast\.scores are BIGINT, but are TEXT now"):
        load(database, tmp_path, rows(3, ids=pa.string()))


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("column", ["action", "reasons"])
def test_a_nul_that_postgresql_cannot_keep_is_the_input_s(url, tmp_path, column):
    database, told = opened(url), rows(2)
    reason = {"feature": "gap", "value": None, "effect": 0.5, "text": "ca\0t"}
    values = ["ca\0t"] * 2 if column == "action" else [[reason]] * 2
    place = told.schema.get_field_index(column)
    spoilt = told.set_column(
        place, told.schema.field(column), pa.array(values, told.schema.field(column).type)
    )
    with pytest.raises(InputError, match=r"was not written: a text holds a NUL .*`category`"):
        load(database, tmp_path, spoilt)
    assert fetch(database, "select count(*) from tiercast.runs") == [(0,)]


def test_text_ids_arrive(url, tmp_path):
    database = opened(url)
    load(database, tmp_path, rows(3, ids=pa.string()))
    query = "select min(customer_id) from tiercast.alerts"
    assert fetch(database, query) == [("c0",)]


def test_a_column_that_a_newer_version_knows_is_added(url, tmp_path):
    database, whole = opened(url), rows(3)
    load(database, tmp_path, whole.drop_columns("rfm_band"))
    load(database, tmp_path, whole)
    assert fetch(database, "select count(*) from tiercast.scores_latest") == [(3,)]
    columns = fetch(
        database,
        "select table_name from information_schema.columns where column_name = 'rfm_band'",
    )
    assert sorted(columns) == [("scores",), ("scores_latest",)]


def test_no_database_named_is_none():
    config = {"name": "shop", "sources": {"transactions": {"path": "a.csv"}}}
    assert open_database(Config.model_validate(config)) is None


def test_a_file_that_another_program_has_open_is_told(tmp_path):
    path = tmp_path / "shop.duckdb"
    path.write_text("no database")
    with pytest.raises(OutputError, match=r"shop\.duckdb schema tiercast cannot be used: "):
        opened(f"duckdb://{path}")


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(InputError, match=r"pip install 'tiercast\[postgres\]'"):
        opened("postgresql://host/shop")
