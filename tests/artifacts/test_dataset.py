import hashlib
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.artifacts.dataset import DatasetWriter, write_part
from tiercast.config.errors import OutputError

TIERS = pa.schema([("customer_id", pa.int64()), ("tier_set", pa.list_(pa.string()))])


def batch(*customers):
    return pa.table({"customer_id": customers, "tier_set": [["top"]] * len(customers)}, TIERS)


def write(folder, *batches, **description):
    with DatasetWriter(folder) as writer:
        for one in batches:
            writer.write(one() if callable(one) else one)
        writer.describe(description)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def rows(folder):
    parts = sorted(folder.glob("part-*.parquet"))
    return [row for part in parts for row in pq.read_table(part, partitioning=None).to_pylist()]


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def test_parts_and_manifest_hold_what_was_written(tmp_path):
    folder = tmp_path / "as_of=1998-04-01"
    write(folder, batch(1, 2), batch(3).to_batches()[0], model_version="3")
    assert names(folder) == ["manifest.json", "part-00000.parquet", "part-00001.parquet"]
    assert rows(folder) == batch(1, 2, 3).to_pylist()
    content = manifest(folder)
    assert content["model_version"] == "3"
    assert content["rows"] == 3
    assert content["columns"] == {"customer_id": "int64", "tier_set": "list<item: string>"}
    assert [part["rows"] for part in content["parts"]] == [2, 1]


def test_the_manifest_has_the_checksum_of_each_part(tmp_path):
    write(tmp_path / "scores", batch(1))
    (part,) = manifest(tmp_path / "scores")["parts"]
    content = (tmp_path / "scores" / part["file"]).read_bytes()
    assert part["sha256"] == hashlib.sha256(content).hexdigest()


def test_an_attached_file_is_named_in_the_manifest_with_its_checksum(tmp_path):
    with DatasetWriter(tmp_path / "scores") as writer:
        writer.write(batch(1))
        writer.attach("past", "past.json", {"months": 3})
    content = (tmp_path / "scores" / "past.json").read_bytes()
    assert json.loads(content) == {"months": 3}
    told = {"file": "past.json", "sha256": hashlib.sha256(content).hexdigest()}
    assert manifest(tmp_path / "scores")["past"] == told


def test_the_same_rows_give_the_same_bytes_however_they_were_held(tmp_path):
    write(tmp_path / "a", batch(1, 2))
    chunked = pa.concat_tables([batch(1), batch(2)]).replace_schema_metadata({"pandas": "3.1"})
    write(tmp_path / "b", chunked)
    for name in names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_second_run_replaces_and_never_appends(tmp_path):
    write(tmp_path / "scores", batch(1), batch(2))
    write(tmp_path / "scores", batch(3))
    assert names(tmp_path / "scores") == ["manifest.json", "part-00000.parquet"]
    assert manifest(tmp_path / "scores")["rows"] == 1


def test_an_error_half_way_leaves_the_scores_of_the_last_run(tmp_path):
    write(tmp_path / "scores", batch(1))
    halves = iter([batch(2)])
    with pytest.raises(StopIteration):
        write(tmp_path / "scores", lambda: next(halves), lambda: next(halves))
    assert names(tmp_path) == ["scores"]
    assert rows(tmp_path / "scores") == batch(1).to_pylist()


def test_the_manifest_comes_last(tmp_path):
    with DatasetWriter(tmp_path / "scores") as writer:
        writer.write(batch(1))
        (staging,) = tmp_path.iterdir()
        assert names(staging) == ["part-00000.parquet"]


def test_all_parts_have_the_columns_of_the_first(tmp_path):
    other = pa.table({"customer_id": ["1"], "tier_set": [["top"]]})
    with pytest.raises(
        ValueError, match=r"the first, customer_id int64, .* but got customer_id string, "
    ):
        write(tmp_path / "scores", batch(1), other)
    assert names(tmp_path) == []


def test_an_empty_base_is_a_part_without_rows(tmp_path):
    write(tmp_path / "scores", TIERS.empty_table())
    read = pq.read_table(tmp_path / "scores" / "part-00000.parquet")
    assert (read.num_rows, read.column_names) == (0, TIERS.names)


def test_a_dataset_without_parts_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"at least one part, but .*scores got none"):
        write(tmp_path / "scores")
    assert names(tmp_path) == []


def test_a_full_disk_is_an_output_error_and_leaves_no_trace(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise OSError("[Errno 28] Error writing bytes to file: No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OutputError, match=r"scores could not be written: .*No space left"):
        write(tmp_path / "scores", batch(1))
    assert names(tmp_path) == []


def test_all_columns_but_floats_are_written_with_a_dictionary(tmp_path):
    reason = pa.struct([("text", pa.string()), ("effect", pa.float64())])
    chances = pa.struct([("Gold", pa.float64())])
    kinds = {"tier": pa.string(), "p": pa.float64(), "why": pa.list_(reason), "chances": chances}
    rows = {
        "tier": "Gold",
        "p": 0.5,
        "why": [{"text": "a", "effect": 0.1}],
        "chances": {"Gold": 1},
    }
    part = write_part(tmp_path, 0, pa.Table.from_pylist([rows], pa.schema(list(kinds.items()))))
    columns = pq.read_metadata(tmp_path / part.file).row_group(0).to_dict()["columns"]
    found = {one["path_in_schema"]: one["has_dictionary_page"] for one in columns}
    assert found == {
        "tier": True,
        "p": False,
        "why.list.element.text": True,
        "why.list.element.effect": False,
        "chances.Gold": False,
    }
