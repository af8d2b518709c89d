"""A forgotten customer stands nowhere any more; all others are as they were."""

import hashlib
import json

import pyarrow.parquet as pq
import pytest

from recorded_progress import RecordedProgress
from tiercast.artifacts.dataset import MANIFEST_FILE, checksum, checksums_of, manifest_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.run_log import Run, RunLog
from tiercast.config.errors import InputError, OutputError
from tiercast.feature_store.history import open_history
from tiercast.privacy import erasures
from tiercast.privacy.forget import forget
from tiercast.sources.canonical import open_base
from trained_base import SHOP_DAY, read_parts, working_in

CUSTOMER = "c0003"


@pytest.fixture(scope="module")
def module_shop(written, tmp_path_factory):
    """Return a shop that has forgotten a customer, and what `forget` answered."""
    shop = written.copied(tmp_path_factory.mktemp("forgotten") / "shop")
    with working_in(shop.folder):
        yield shop, forget(shop.config, CUSTOMER)


@pytest.fixture
def forgotten(module_shop, monkeypatch):
    monkeypatch.chdir(module_shop[0].folder)
    return module_shop


def named_in(folder):
    """Return the files below a folder that name the customer, found by other means than ours."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            text = str(pq.read_table(path, partitioning=None).to_pylist())
        elif path.is_file():
            text = path.read_bytes().decode(errors="replace")
        else:
            continue
        if CUSTOMER in text:
            found.append(path)
    return found


def test_before_the_erasure_every_kind_of_file_names_the_customer(written):
    kinds = {path.relative_to(written.output).parts[0] for path in named_in(written.output)}
    assert {"scores", "features", "evaluation", "reports", "migration"} <= kinds


def test_no_file_of_output_store_and_models_names_the_customer_any_more(forgotten):
    shop, _ = forgotten
    places = (shop.output, shop.folder / "store", shop.folder / "models")
    assert [path for place in places for path in named_in(place)] == []


def test_the_result_lists_what_was_searched_found_and_left(forgotten):
    _, found = forgotten
    scores = next(one for one in found.places if one.place == "scores")
    assert (scores.found, scores.left) == (2, 0)
    assert scores.searched >= 4
    assert found.is_erased
    assert found.models == ("1",)


def test_the_sources_are_named_and_not_touched(forgotten, written):
    shop, found = forgotten
    lines = next(one for one in found.sources if one.table == "transactions")
    assert lines.rows > 0
    for file in (shop.folder / "data").iterdir():
        assert checksum(file) == checksum(written.folder / "data" / file.name)


def test_all_other_rows_stay_and_manifests_fit_their_parts(forgotten, written):
    shop, _ = forgotten
    for manifest in shop.output.rglob(MANIFEST_FILE):
        folder = manifest.parent
        before = read_parts(written.folder / folder.relative_to(shop.folder)).to_pandas()
        known = manifest_of(folder)
        assert known["rows"] == sum(part["rows"] for part in known["parts"])
        for part in known["parts"]:
            assert checksum(folder / part["file"]) == part["sha256"]
        if "customer_id" in before:
            kept = before[before["customer_id"] != CUSTOMER].reset_index(drop=True)
            assert kept.astype(str).equals(read_parts(folder).to_pandas().astype(str))


def test_scores_name_the_features_they_were_made_from_as_they_are_now(forgotten):
    shop, _ = forgotten
    output = OutputFolder.of(shop.config)
    assert output.manifest(SHOP_DAY)["features"] == checksums_of(output.features(SHOP_DAY))


def test_the_note_has_a_salted_hash_and_no_id(forgotten):
    shop, found = forgotten
    note = json.loads((shop.folder / found.note).read_text("utf-8"))
    salt = (shop.output / "erasures" / "salt.txt").read_text("utf-8")
    assert note["customer"] == hashlib.sha256(f"{salt}{CUSTOMER}".encode()).hexdigest()
    assert (note["state"], note["as_of"]) == ("done", str(SHOP_DAY))


def test_whoever_reads_the_sources_puts_the_customer_aside_and_says_so(forgotten):
    shop, _ = forgotten
    with open_base(shop.config) as base:
        aside = {one.table: one for one in base.report.findings if one.rule == "erased_customer"}
        customers = {name: set(t.customer_id.to_pandas()) for name, t in base.tables.items()}
    assert aside["transactions"].rows > 0
    assert "transactions.parquet" in aside["transactions"].column
    assert all(CUSTOMER not in ids for ids in customers.values())


def test_the_feature_store_is_made_anew_and_then_used(forgotten):
    shop, _ = forgotten
    said = RecordedProgress()
    for _ in range(2):
        with open_history(shop.config, progress=said) as history:
            assert CUSTOMER not in set(history.activity.orders.customer_id.to_pandas())
    assert "are stored; reading the others" in said.lines[-1]
    assert named_in(shop.folder / "store") == []


def test_an_interrupted_erasure_is_finished_by_the_next(shop, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setitem(erasures.ERASERS, "file", stop)
        with pytest.raises(KeyboardInterrupt):
            forget(shop.config, CUSTOMER)
    assert named_in(shop.output / "reports")
    assert forget(shop.config, CUSTOMER).is_erased
    assert named_in(shop.output) == []
    assert forget(shop.config, CUSTOMER).is_erased  # once more does no harm


def test_a_file_that_tiercast_did_not_write_is_named_and_left(shop):
    note = shop.output / "my_notes.csv"
    note.write_text(f"id,remark\n{CUSTOMER},call\n", "utf-8")
    found = forget(shop.config, CUSTOMER)
    assert not found.is_erased
    assert found.left == (str(note.relative_to(shop.folder)),)
    assert note.exists()


def test_a_list_without_ids_is_removed_by_its_record(shop):
    record = next(shop.output.glob("exports/as_of=*/likely_to_leave-xlsx-*/part-*.parquet"))
    listed = pq.read_table(record)["customer_id"][0].as_py()
    file = next(shop.output.glob("lists/as_of=*/likely_to_leave.xlsx"))
    file = file.rename(file.with_name("likely_to_leave.meta.csv"))
    file.write_text("hashed_email\n0f0f\n", "utf-8")
    forget(shop.config, listed)
    assert not file.exists()


def test_a_damaged_file_is_named_before_anything_is_erased(shop):
    file = shop.output / "check" / "broken.parquet"
    file.write_bytes(b"PAR1 cut off")
    with pytest.raises(InputError, match=r"broken\.parquet cannot be searched"):
        forget(shop.config, CUSTOMER)
    assert named_in(shop.output / "scores")


def test_an_unknown_customer_is_refused_without_a_word_of_the_id_in_the_log(shop):
    with pytest.raises(InputError, match="No source and no result"):
        forget(shop.config, "nobody-9")
    assert not list((shop.output / "erasures").glob("*.json"))
    assert "nobody-9" not in "".join(p.read_text("utf-8") for p in shop.output.glob("runs/*"))


def test_a_job_at_work_is_waited_for(shop):
    log = RunLog(shop.output)
    log.begin(run := Run.begin("score", "shop"))
    with pytest.raises(OutputError, match="score is at work"):
        forget(shop.config, CUSTOMER)
    log.end(run.end("done", 0))


def test_a_returned_customer_is_read_again_once_the_note_is_removed(shop):
    found = forget(shop.config, CUSTOMER)
    found.note.unlink()
    with open_base(shop.config) as base:
        assert CUSTOMER in set(base.transactions.customer_id.to_pandas())
