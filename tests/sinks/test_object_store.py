"""An output in object stores: in memory, in a folder by its URL, and on an S3 server."""

import datetime as dt
import hashlib
import json
import re
import uuid
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec import filesystem
from fsspec.core import url_to_fs
from moto.server import ThreadedMotoServer

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.run_log import Run
from tiercast.config.errors import InputError, OutputError
from tiercast.config.schema import Config
from tiercast.sinks.object_store import ObjectStore, open_object_store

DAY = dt.date(2024, 7, 1)
WHERE = f"scores/as_of={DAY}"
SECRET = "geheim-5c1d"


@pytest.fixture(params=["memory", "file", "s3"])
def url(request, tmp_path):
    if request.param == "file":
        return f"file://{tmp_path}/store"
    request.getfixturevalue(request.param)
    return f"{request.param}://shop/{uuid.uuid4().hex}"


def opened(url, path="runs/shop", name="shop") -> ObjectStore:
    given = {"name": name, "sources": {"transactions": {"path": "a.csv"}}}
    store = open_object_store(
        Config.model_validate(given | {"output": {"path": str(path), "url": url}})
    )
    assert store is not None
    return store


def names(url, folder=WHERE):
    """Return what lies in a folder of a store, seen by someone else."""
    files, inside = url_to_fs(url)
    files.invalidate_cache()
    if not files.exists(f"{inside}/{folder}"):
        return []
    return sorted(path.rpartition("/")[2] for path in files.ls(f"{inside}/{folder}", detail=False))


def content(url, name):
    files, inside = url_to_fs(url)
    return files.cat_file(f"{inside}/{name}")


def seen(url, folder=WHERE):
    """Return the ids that the manifest's parts hold, each after a look at its checksum."""
    found = []
    for part in json.loads(content(url, f"{folder}/manifest.json"))["parts"]:
        bytes_ = content(url, f"{folder}/{part['file']}")
        assert hashlib.sha256(bytes_).hexdigest() == part["sha256"]
        found += pq.read_table(pa.BufferReader(bytes_))["customer_id"].to_pylist()
    return found


def load(store, output, ids, day=DAY, before_the_end=lambda: None):
    """Write a day's scores here, two customers a part, and there."""
    run = replace(Run.begin("score", "shop"), as_of=day).end("done", 0)
    with (
        store.replacing() as replacement,
        DatasetWriter(OutputFolder(output).scores(day)) as scores,
    ):
        for at in range(0, len(ids), 2):
            scores.write(pa.table({"customer_id": ids[at : at + 2]}))
        replacement.load(scores.files, pa.schema([("customer_id", pa.int64())]), run)
        before_the_end()
    return run


def test_scores_are_there_with_their_manifest_and_run(url, tmp_path):
    run = load(opened(url, tmp_path), tmp_path, [1, 2, 3])
    assert seen(url) == [1, 2, 3]
    here = json.loads((OutputFolder(tmp_path).scores(DAY) / "manifest.json").read_bytes())
    there = json.loads(content(url, f"{WHERE}/manifest.json"))
    assert [part["rows"] for part in there["parts"]] == [2, 1]
    assert here.keys() == there.keys()
    line = json.loads(content(url, f"runs/{run.id}.jsonl"))
    assert (line["outcome"], line["as_of"]) == ("done", str(DAY))


def test_a_second_run_replaces_the_first_and_leaves_other_days(url, tmp_path):
    store, before = opened(url, tmp_path), DAY - dt.timedelta(days=30)
    load(store, tmp_path, [7], before)
    load(store, tmp_path, [1, 2, 3])
    load(store, tmp_path, [1, 2, 4])
    assert seen(url) == [1, 2, 4]
    assert seen(url, f"scores/as_of={before}") == [7]
    assert len(names(url)) == 1 + 2


def test_the_same_again_leaves_the_parts_alone(url, tmp_path, monkeypatch):
    store = opened(url, tmp_path)
    load(store, tmp_path, [1, 2, 3])
    before = {name: content(url, f"{WHERE}/{name}") for name in names(url)}
    monkeypatch.setattr(store.place, "put_file", lambda *_: pytest.fail("copied again"))
    load(store, tmp_path, [1, 2, 3])
    assert {name: content(url, f"{WHERE}/{name}") for name in names(url)} == before


def test_until_the_manifest_is_there_the_earlier_scores_are_seen_whole(url, tmp_path):
    store, at_work = opened(url, tmp_path), []
    load(store, tmp_path, [1, 2, 3])
    load(store, tmp_path, [4, 5], before_the_end=lambda: at_work.append(seen(url)))
    assert at_work == [[1, 2, 3]]
    assert seen(url) == [4, 5]


def test_what_goes_wrong_before_the_end_leaves_the_earlier_scores_and_the_next_run_tidies_up(
    url, tmp_path
):
    def fail():
        raise KeyError("the disk of Babel")

    store = opened(url, tmp_path)
    load(store, tmp_path, [1, 2, 3])
    with pytest.raises(KeyError):
        load(store, tmp_path, [4, 5], before_the_end=fail)
    assert seen(url) == [1, 2, 3]
    assert len(names(url)) == 3 + 1  # a part that nobody reads
    load(store, tmp_path, [6])
    assert seen(url) == [6]
    assert len(names(url)) == 2


def test_a_part_that_was_cut_short_is_copied_anew(url, tmp_path):
    store = opened(url, tmp_path)
    load(store, tmp_path, [1, 2, 3])
    part = json.loads(content(url, f"{WHERE}/manifest.json"))["parts"][0]["file"]
    files, inside = url_to_fs(url)
    files.pipe_file(f"{inside}/{WHERE}/{part}", b"PAR1")
    load(store, tmp_path, [1, 2, 3])
    assert seen(url) == [1, 2, 3]


def test_parts_that_another_run_removed_are_missed_before_the_manifest_says_otherwise(
    url, tmp_path
):
    def another():
        files, inside = url_to_fs(url)
        (mine,) = set(names(url)) - set(before)
        files.rm_file(f"{inside}/{WHERE}/{mine}")

    store = opened(url, tmp_path)
    load(store, tmp_path, [1, 2])
    before = names(url)
    with pytest.raises(OutputError, match=r"another run may be at work there; run this again"):
        load(store, tmp_path, [3, 4], before_the_end=another)
    assert seen(url) == [1, 2]


def test_grades_take_the_place_of_those_of_the_same_day(url, tmp_path):
    store, later = opened(url, tmp_path), DAY + dt.timedelta(days=30)
    folders = [tmp_path / "ledger" / f"as_of={day}" for day in (DAY, later)]
    for ids in ([1], [2]):
        for folder in folders:
            with DatasetWriter(folder) as writer:
                writer.write(pa.table({"customer_id": ids}))
        store.replace_grades([folder / "part-00000.parquet" for folder in folders])
    for folder in folders:
        assert seen(url, f"ledger/{folder.name}") == [2]
        assert len(names(url, f"ledger/{folder.name}")) == 2


def test_what_another_machine_wrote_since_is_seen(url):
    place = opened(url).place
    assert place.sizes(WHERE) == {}
    place.put_whole(f"{WHERE}/manifest.json", b"old")
    assert place.sizes(WHERE) == {"manifest.json": 3}
    protocol = url.partition("://")[0]
    elsewhere = filesystem(protocol, skip_instance_cache=True)
    elsewhere.pipe_file(f"{url}/{WHERE}/manifest.json", b"newer")
    elsewhere.pipe_file(f"{url}/{WHERE}/part.parquet", b"part")
    assert place.read(f"{WHERE}/manifest.json") == b"newer"
    assert place.read(f"{WHERE}/part.parquet") == b"part"


def test_grades_that_are_there_are_left_alone(url, tmp_path, monkeypatch):
    store, folder = opened(url, tmp_path), tmp_path / "ledger" / f"as_of={DAY}"
    with DatasetWriter(folder) as writer:
        writer.write(pa.table({"customer_id": [1]}))
    store.replace_grades([folder / "part-00000.parquet"])
    for name in ("put_file", "put_whole", "remove"):
        monkeypatch.setattr(store.place, name, lambda *_: pytest.fail("touched again"))
    store.replace_grades([folder / "part-00000.parquet"])


def test_what_became_of_a_run_is_final_but_for_a_failure_after_all(url):
    store, run = opened(url), Run.begin("score", "shop")
    told = []
    for one in (run, run.end("done", 0), replace(run, outcome="killed"), run.end("failed", 1)):
        store.record_run(one)
        told.append(json.loads(content(url, f"runs/{run.id}.jsonl"))["outcome"])
    assert told == ["running", "done", "done", "failed"]
    assert names(url, "runs") == [f"{run.id}.jsonl"]


def test_a_run_found_killed_is_told(url):
    store, run = opened(url), Run.begin("score", "shop")
    store.record_run(run)
    store.record_run(replace(run, outcome="killed"))
    assert json.loads(content(url, f"runs/{run.id}.jsonl"))["outcome"] == "killed"


def test_another_base_is_refused_the_folder(url):
    opened(url)
    message = "output.url holds the results of shop, and those of other would mix with them"
    with pytest.raises(InputError, match=message):
        opened(url, name="other")


def test_no_object_store_named_is_none():
    config = {"name": "shop", "sources": {"transactions": {"path": "a.csv"}}}
    assert open_object_store(Config.model_validate(config)) is None


@pytest.mark.parametrize("broken", [b"", b"[]", b'{"parts": 1}'])
def test_a_damaged_manifest_is_told(url, tmp_path, broken):
    store = opened(url, tmp_path)
    store.place.put_whole(f"{WHERE}/manifest.json", broken)
    with pytest.raises(OutputError, match=r"manifest\.json of the object store is damaged"):
        load(store, tmp_path, [1])


def test_a_damaged_owner_is_told(url):
    opened(url).place.put_whole("tiercast.json", b"{")
    with pytest.raises(OutputError, match=r"tiercast\.json below output\.url is damaged"):
        opened(url)


# What stores refuse


def test_a_bucket_that_is_not_there_is_named_and_not_made(s3):
    with pytest.raises(OutputError, match=r"s3://nosuch/scores cannot be used: .*; see to the"):
        opened("s3://nosuch/scores")
    assert not s3.exists("nosuch")


def test_a_store_that_cannot_be_reached_is_named(s3, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    s3.clear_instance_cache()
    with pytest.raises(OutputError) as caught:
        opened("s3://shop/scores")
    s3.clear_instance_cache()
    assert "cannot be used: Could not connect to the endpoint" in str(caught.value)
    assert "see to the address, the network and the credentials" in str(caught.value)


def test_credentials_that_are_missing_are_told(s3, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3.clear_instance_cache()
    with pytest.raises(OutputError) as caught:
        opened("s3://shop/scores")
    s3.clear_instance_cache()
    assert re.search("cannot be used: .*credentials", str(caught.value))


def test_a_store_gone_in_the_middle_shows_the_earlier_scores_and_the_next_run_ends_the_job(
    tmp_path, monkeypatch
):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    settings = {"ACCESS_KEY_ID": "anyone", "SECRET_ACCESS_KEY": SECRET, "MAX_ATTEMPTS": "1"}
    for name, value in settings.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    filesystem("s3").clear_instance_cache()
    filesystem("s3").makedirs("gone", exist_ok=True)
    store = opened("s3://gone/scores", tmp_path)
    load(store, tmp_path, [1, 2, 3])
    message = r"does not show the new scores yet \(the files here are whole\): .*then run it again"
    with pytest.raises(OutputError, match=message):
        load(store, tmp_path, [4, 5], before_the_end=server.stop)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    assert seen("s3://gone/scores") == [1, 2, 3]
    load(store, tmp_path, [4, 5])
    assert seen("s3://gone/scores") == [4, 5]
    assert len(names("s3://gone/scores")) == 2
    filesystem("s3").clear_instance_cache()
    server.stop()


def test_a_folder_that_nobody_may_write_to_is_told():
    with pytest.raises(OutputError, match=r"file:///sys/kernel/tiercast cannot be used: "):
        opened("file:///sys/kernel/tiercast")


def test_a_password_is_in_no_message():
    with pytest.raises(OutputError) as caught:
        opened(f"ftp://me:{SECRET}@127.0.0.1:1/scores")
    assert SECRET not in str(caught.value)
    assert "ftp://me:***@127.0.0.1:1/scores cannot be used" in str(caught.value)


def test_a_package_that_is_missing_is_named():
    with pytest.raises(InputError, match=r"writing gs:// needs a package that is not here"):
        opened("gs://shop/scores")
