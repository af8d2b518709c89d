"""What is seen of an output is whole at every moment, whatever ends the job that writes it."""

import hashlib
import json
import random
import re
import resource
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from fsspec import filesystem

from fork_server import fork_server
from full_disk import files_up_to
from tiercast.artifacts.run_log import RunLog
from tiercast.config.errors import OutputError
from tiercast.config.schema import Config
from tiercast.scoring.score import score
from trained_base import CDNOW_DAY, read_parts

DAY = CDNOW_DAY
KILLS, DATABASE_KILLS, STORE_KILLS = 12, 3, 2
TABLES = ("scores", "alerts", "tier_changes")
WRITING, INTO_DATABASE = "Assign tiers and write", "Write into the database"
INTO_STORE = "Write into the object store"
FOLDERS = ("scores", "features")


@dataclass(frozen=True)
class Job:
    """A scoring that can be started anew: the base as it was (`before`), and as it is (`now`)."""

    folder: Path
    before: Config
    now: Config
    file: Path

    @property
    def output(self):
        return Path(self.now.output.path)

    @property
    def arguments(self):
        return ("score", self.file, "--as-of", DAY)

    def reset(self, kept):
        """Put the output back to what it was before."""
        for name in FOLDERS:
            shutil.rmtree(self.output / name, ignore_errors=True)
            shutil.copytree(kept / name, self.output / name)


def make_job(trained, folder, **output):
    """Return a job on CDNOW's tenth: before, every fifth customer was not there yet."""
    lines = pd.read_parquet(trained.config.sources["transactions"].path)
    early = lines[lines["customer_id"] % 50 > 0]
    early.to_parquet(folder / "early.parquet", index=False)
    settings = trained.config.model_dump(mode="json")
    settings["output"] = {"path": str(folder / "out"), **output}
    settings["language"] = "en"  # of the words below that a command says
    now = Config.model_validate(settings)
    sources = settings["sources"] | {"transactions": {"path": str(folder / "early.parquet")}}
    before = Config.model_validate(settings | {"sources": sources})
    file = folder / "tenth.yaml"
    file.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return Job(trained.folder, before, now, file)


def seen(folder):
    """Return the bytes of a dataset, after seeing that it is whole."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    parts, sums = manifest["parts"], [manifest["past"]] if "past" in manifest else []
    for file in (*parts, *sums):
        content = (folder / file["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    rows = [pq.read_metadata(folder / part["file"]).num_rows for part in parts]
    assert sum(rows) == manifest["rows"]
    named = [file["file"] for file in (*parts, *sums)]
    assert sorted(p.name for p in folder.iterdir()) == sorted(["manifest.json", *named])
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def all_seen(output):
    return {name: seen(output / name / f"as_of={DAY}") for name in FOLDERS}


def both_outputs(job, kept):
    """Score both bases; return what is seen of each, and leaves the earlier output."""
    score(job.now, DAY)
    after = all_seen(job.output)
    score(job.before, DAY)
    before = all_seen(job.output)
    shutil.copytree(job.output, kept)
    assert before["scores"] != after["scores"]
    return before, after


@pytest.fixture(scope="module")
def started_server(trained_tenth, tmp_path_factory):
    with fork_server(trained_tenth.folder, tmp_path_factory.mktemp("server") / "log") as server:
        yield server


@pytest.fixture
def server(started_server):
    """Run commands, one at a time; what a failed test left at work is ended."""
    yield started_server
    if started_server.running:
        started_server.running.kill()


@pytest.fixture
def job(tenth, tmp_path):
    return make_job(tenth, tmp_path)


def seconds_of(server, job, stage):
    """Return how long a run takes until a stage begins, and until its end."""
    began = time.monotonic()
    command = server.start(*job.arguments)
    assert command.said(stage)
    until = time.monotonic() - began
    assert command.wait() == 0
    return until, time.monotonic() - began


def kill_at_moments(server, job, kept, moments):
    """Kill one run after the other; return how each ended and what was seen after it."""
    until_writing, whole = seconds_of(server, job, WRITING)
    for number in range(KILLS):
        job.reset(kept)
        command = server.start(*job.arguments)
        if number % 2:  # the moments that matter are few: half of all kills go there
            assert command.said(WRITING)
            time.sleep(moments.uniform(0, 1.05 * (whole - until_writing)))
        else:
            time.sleep(moments.uniform(0, whole))
        yield command.kill(), all_seen(job.output)


def test_kills_lose_nothing_and_the_next_run_ends_the_job(job, server, tmp_path):
    before, after = both_outputs(job, tmp_path / "kept")
    killed = 0
    for end, visible in kill_at_moments(server, job, tmp_path / "kept", random.Random(7)):
        assert end in (0, -signal.SIGKILL)
        killed += end != 0
        for name in FOLDERS:
            assert visible[name] in (before[name], after[name])
    job.reset(tmp_path / "kept")
    assert server.start(*job.arguments).wait() == 0
    assert all_seen(job.output) == after
    assert [p.name for name in FOLDERS for p in (job.output / name).glob(".*")] == []
    outcomes = [run.outcome for run in RunLog(job.output).read()]
    assert KILLS / 2 < killed <= KILLS
    assert outcomes.count("killed") <= killed  # some died before their first line
    assert "running" not in outcomes
    assert outcomes[-1] == "done"


# With a database


@pytest.fixture
def stored(tenth, tmp_path, postgres_url):
    yield make_job(tenth, tmp_path, connection=postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("drop schema if exists tiercast cascade")


def in_database(url):
    """Return the customers scored, the alerts and the changes there."""
    with psycopg.connect(url) as connection:
        return [
            connection.execute(f"select count(*) from tiercast.{table}").fetchone()[0]
            for table in TABLES
        ]


def keep(url):
    with psycopg.connect(url) as connection:
        for table in TABLES:
            connection.execute(f"create table tiercast.kept_{table} as table tiercast.{table}")


def put_back(url):
    with psycopg.connect(url) as connection:
        for table in TABLES:
            connection.execute(f"delete from tiercast.{table}")
            connection.execute(f"insert into tiercast.{table} table tiercast.kept_{table}")


def test_kills_while_a_database_is_written_lose_nothing(stored, server, tmp_path, postgres_url):
    moments = random.Random(11)
    score(stored.now, DAY)
    after, rows_after = all_seen(stored.output), in_database(postgres_url)
    score(stored.before, DAY)
    before, rows_before = all_seen(stored.output), in_database(postgres_url)
    shutil.copytree(stored.output, tmp_path / "kept")
    keep(postgres_url)
    assert rows_before[0] < rows_after[0]
    until_writing, whole = seconds_of(server, stored, INTO_DATABASE)
    for _ in range(DATABASE_KILLS):
        stored.reset(tmp_path / "kept")
        put_back(postgres_url)
        command = server.start(*stored.arguments)
        assert command.said(INTO_DATABASE)
        time.sleep(moments.uniform(0, whole - until_writing))
        command.kill()
        rows, visible = in_database(postgres_url), all_seen(stored.output)
        assert rows in (rows_before, rows_after)
        assert visible["scores"] in (before["scores"], after["scores"])
        if rows == rows_after:  # it commits last
            assert visible == after
    assert server.start(*stored.arguments).wait() == 0
    assert in_database(postgres_url) == rows_after
    assert all_seen(stored.output) == after


def test_a_database_gone_in_the_middle_leaves_everything_as_it_was(stored, server, postgres_url):
    score(stored.before, DAY)
    before, rows = all_seen(stored.output), in_database(postgres_url)
    with psycopg.connect(postgres_url) as blocking:
        blocking.execute("lock table tiercast.scores in exclusive mode")
        command = server.start(*stored.arguments)
        assert command.said(INTO_DATABASE)
        wait_for_a_lock(postgres_url)
        blocking.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'"
        )
        assert command.wait() == 1
        blocking.rollback()
    told = server.log.read_text(encoding="utf-8")
    assert "schema tiercast was not written: " in told
    assert "Traceback" not in told
    assert all_seen(stored.output) == before
    assert in_database(postgres_url) == rows
    last = RunLog(stored.output).read()[-1]
    assert (last.outcome, last.exit_code) == ("failed", 1)
    assert [p.name for name in FOLDERS for p in (stored.output / name).glob(".*")] == []


def test_a_commit_that_fails_leaves_whole_files_and_a_second_run_mends_the_database(
    stored, postgres_url
):
    score(stored.before, DAY)
    rows = in_database(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "create function tiercast.refuse() returns trigger language plpgsql as "
            "$$ begin raise exception 'the disk is full'; end $$;"
            "create constraint trigger late after insert on tiercast.scores "
            "deferrable initially deferred for each row execute function tiercast.refuse()"
        )
        message = r"did not confirm its rows \(the files are whole\): .*the disk is full"
        with pytest.raises(OutputError, match=message):
            score(stored.now, DAY)
        assert in_database(postgres_url) == rows
        customers = read_parts(stored.output / "scores" / f"as_of={DAY}").num_rows
        assert customers > rows[0]
        connection.execute("drop trigger late on tiercast.scores")
    score(stored.now, DAY)
    assert in_database(postgres_url)[0] == customers
    runs = RunLog(stored.output).read()
    assert sorted(run.outcome for run in runs) == ["done", "done", "failed"]


def test_a_second_job_for_the_same_day_is_refused_and_the_first_ends_its_work(
    stored, server, postgres_url
):
    score(stored.before, DAY)
    with psycopg.connect(postgres_url) as blocking:
        blocking.execute("lock table tiercast.scores in exclusive mode")
        first = server.start(*stored.arguments)
        assert first.said(INTO_DATABASE)
        with pytest.raises(OutputError, match=f"score is at work on {DAY} in .* already") as told:
            score(stored.now, DAY)
        assert "wait until it ends, or stop it" in str(told.value)
        blocking.rollback()
        assert first.wait() == 0
    score(stored.now, DAY)


def wait_for_a_lock(url):
    deadline = time.monotonic() + 30
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(query).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_database_that_is_not_there_ends_the_job_before_its_work(tenth, tmp_path):
    url = "postgresql://me:geheim@127.0.0.1:1/shop"
    job = make_job(tenth, tmp_path, connection=url)
    with pytest.raises(
        OutputError, match=r"me:\*{3}@127\.0\.0\.1:1/shop schema tiercast cannot be"
    ):
        score(job.now, DAY)
    assert not (job.output / "scores").exists()
    (run,) = RunLog(job.output).read()
    assert run.outcome == "failed"
    assert "geheim" not in run.message


# With an object store


@pytest.fixture(params=["file", "s3"])
def remote(request, tenth, tmp_path):
    """A job whose scores go to a store as well, and the store."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    where = f"shop/{tmp_path.name}" if request.param == "s3" else f"{tmp_path}/store"
    job = make_job(tenth, tmp_path, url=f"{request.param}://{where}")
    return job, filesystem(request.param), where


def in_store(files, where):
    """Return the bytes of the parts that the manifest there names, each as it should be.

    Seen by someone else: a listing kept from before the killed run knows nothing of its parts.
    """
    files.invalidate_cache()
    folder = f"{where}/scores/as_of={DAY}"
    parts = json.loads(files.cat_file(f"{folder}/manifest.json"))["parts"]
    found = {part["file"]: files.cat_file(f"{folder}/{part['file']}") for part in parts}
    for part in parts:
        assert hashlib.sha256(found[part["file"]]).hexdigest() == part["sha256"]
    return found


def test_kills_while_a_store_is_written_lose_nothing_and_the_next_run_ends_the_job(
    remote, server, tmp_path
):
    job, files, where = remote
    moments = random.Random(13)
    bases = (job.now, job.before)
    after, before = [(score(base, DAY), in_store(files, where))[1] for base in bases]
    shutil.copytree(job.output, tmp_path / "kept")
    assert before.keys().isdisjoint(after)
    until_writing, whole = seconds_of(server, job, INTO_STORE)
    for _ in range(STORE_KILLS):
        job.reset(tmp_path / "kept")
        score(job.before, DAY)
        command = server.start(*job.arguments)
        assert command.said(INTO_STORE)
        time.sleep(moments.uniform(0, whole - until_writing))
        command.kill()
        assert in_store(files, where) in (before, after)
        all_seen(job.output)
    assert server.start(*job.arguments).wait() == 0
    assert in_store(files, where) == after
    files.invalidate_cache()
    names = {path.rpartition("/")[2] for path in files.ls(f"{where}/scores/as_of={DAY}", False)}
    assert names == {"manifest.json", *after}
    here = {run.id: run.outcome for run in RunLog(job.output).read()}
    lines = [json.loads(files.cat_file(path)) for path in files.ls(f"{where}/runs", False)]
    # A run may be killed after its scores were seen there, before that was written down here.
    assert {(here[line["id"]], line["outcome"]) for line in lines} <= {
        *((outcome, outcome) for outcome in ("done", "killed")),
        ("killed", "done"),
    }


def test_a_store_that_is_not_there_ends_the_job_before_its_work(tenth, tmp_path):
    job = make_job(tenth, tmp_path, url="ftp://me:geheim@127.0.0.1:1/scores")
    with pytest.raises(OutputError, match=r"me:\*{3}@127\.0\.0\.1:1/scores cannot be used"):
        score(job.now, DAY)
    assert not (job.output / "scores").exists()
    (run,) = RunLog(job.output).read()
    assert run.outcome == "failed"
    assert "geheim" not in run.message


def test_a_store_and_a_database_get_the_same_rows(tenth, tmp_path):
    files, where = filesystem("file"), f"{tmp_path}/store"
    database = tmp_path / "tenth.duckdb"
    job = make_job(tenth, tmp_path, url=f"file://{where}", connection=f"duckdb://{database}")
    scored = score(job.now, DAY)
    rows = sum(pq.read_table(pa.BufferReader(b)).num_rows for b in in_store(files, where).values())
    with duckdb.connect(str(database)) as connection:
        kept = connection.execute("select count(*) from tiercast.scores").fetchone()
    assert kept == (rows,) == (scored.rows,)


# Disks


def test_a_disk_that_takes_no_more_leaves_the_old_output(job, server):
    score(job.before, DAY)
    before = all_seen(job.output)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    largest = max(len(content) for content in before["scores"].values())
    command = server.start(*job.arguments)
    assert command.said(WRITING)
    resource.prlimit(command.pid, resource.RLIMIT_FSIZE, (largest // 2, limits[1]))
    assert command.wait() == 1
    told = server.log.read_text(encoding="utf-8")
    assert re.search(r"could not be written: .*File too large; free some space", told)
    assert all_seen(job.output) == before
    assert [p.name for name in FOLDERS for p in (job.output / name).glob(".*")] == []


def test_a_scratch_disk_that_takes_no_more_is_told_and_leaves_the_old_output(job):
    score(job.before, DAY)
    before = all_seen(job.output)
    message = r"^The scratch folder in .* File too large; set TMPDIR to a folder with more room"
    for size in (50_000, 400_000):
        with files_up_to(size), pytest.raises(OutputError, match=message):
            score(job.now, DAY)
    assert all_seen(job.output) == before
    assert [run.outcome for run in RunLog(job.output).read()] == ["done", "failed", "failed"]


def test_a_killed_job_s_scratch_folders_are_gone_after_the_next(
    job, server, tmp_path, monkeypatch
):
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    monkeypatch.setattr("tempfile.tempdir", str(place))
    command = server.start(*job.arguments)
    assert command.said(WRITING)
    assert command.kill() == -signal.SIGKILL
    assert len(list(place.glob("tiercast-*"))) >= 1
    assert server.start(*job.arguments).wait() == 0
    assert list(place.glob("*tiercast-*")) == []


def test_a_folder_that_nobody_may_write_to_is_told(tenth):
    with pytest.raises(OutputError, match=r"/sys/kernel/tiercast could not be written: "):
        score(tenth.config, DAY, output="/sys/kernel/tiercast")
