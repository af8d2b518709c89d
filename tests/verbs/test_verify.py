import datetime as dt
import json
import shutil
from contextlib import contextmanager

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bases import write_base
from shop import shop
from stored_history import with_store
from tiercast.artifacts.dataset import parts_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.output import FeatureStoreConfig
from tiercast.config.progress import Silent
from tiercast.contract.tables import TABLES
from tiercast.scoring.score import score
from tiercast.snapshots import history
from tiercast.verbs.leak_probe import _planted, told_by_profiles
from tiercast.verbs.verify import _unlike, verify

DAY = dt.date(1998, 4, 1)
MIDNIGHT = dt.datetime(2024, 3, 1)


@pytest.fixture
def output(tenth):
    """Return where the tenth's scores and features lie; they are put back afterwards."""
    with kept(tenth.folder / tenth.config.output.path) as folder:
        yield folder


@contextmanager
def kept(folder):
    aside = folder.with_name(f"{folder.name}_aside")
    shutil.copytree(folder, aside)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        aside.rename(folder)


def test_a_scored_day_is_told_the_same_again_whatever_is_planted_after_it(tenth):
    found = verify(tenth.config)
    assert found.passed
    assert (found.as_of, found.model_version, found.rows) == (DAY, "1", tenth.scored.rows)
    assert (found.replayed, found.customers, found.leaked) == ((), 0, ())
    assert (found.changed, found.notes) == ((), ())


def test_a_day_of_another_base_is_not_verified(tenth):
    with pytest.raises(InputError, match="holds the results of"):
        verify(tenth.config.model_copy(update={"name": "other"}))


def test_changes_are_told_against_the_scores_that_were_the_last_then(tenth, output):
    later = DAY + dt.timedelta(days=60)
    score(tenth.config, later)
    between = DAY + dt.timedelta(days=30)
    score(tenth.config, between)  # of which `later` knew nothing
    assert verify(tenth.config, later).passed


def test_a_changed_score_is_named(tenth, output):
    (part,) = parts_of(OutputFolder(output).scores(DAY))
    table = pq.read_table(part, partitioning=None)
    at = table.column_names.index("churn_probability")
    risks = table["churn_probability"].to_numpy().copy()
    risks[7] += 1e-12
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(risks)), part)
    found = verify(tenth.config, DAY)
    assert not found.passed
    assert (found.replayed, found.customers) == (("churn_probability",), 1)
    assert (found.changed, found.leaked) == ((), ())
    (note,) = found.notes
    assert note.startswith("The source is as it was, by its fingerprint: ")


@pytest.fixture
def late(tenth, output, tmp_path):
    """Return a function that answers the config of a source with orders that came late."""

    def add(*customers, day="1998-03-01", **changes):
        config = tenth.config
        lines = pd.read_parquet(config.sources["transactions"].path)
        known = lines[lines["customer_id"] == lines["customer_id"].iloc[0]].head(1)
        more = [known.assign(customer_id=who, ordered_at=pd.Timestamp(day)) for who in customers]
        path = tmp_path / "late.parquet"
        pd.concat([lines, *more]).astype(lines.dtypes).to_parquet(path, index=False)
        source = config.sources["transactions"].model_copy(update={"path": str(path)})
        return config.model_copy(update={"sources": {"transactions": source}} | changes)

    return add


def test_orders_that_came_late_are_a_changed_source_and_no_leak(tenth, late):
    ids = tenth.scores["customer_id"].to_pylist()
    found = verify(late(*ids[5:8]), DAY)
    assert not found.passed
    assert found.leaked == ()
    assert {"recency_days", "orders", "churn_probability"} <= set(found.replayed)
    assert "customer_id" not in found.replayed
    assert found.customers >= 3  # and those who change places with them
    assert found.changed == ("transactions",)
    assert found.notes[0].startswith("The source is not the one that was scored, in transactions:")


def test_a_customer_whose_orders_came_late_is_counted(late):
    found = verify(late(10_000_010), DAY)
    assert found.leaked == ()
    assert found.replayed[0] == "customer_id"
    assert "first_order_amount" not in found.replayed  # of the others nothing of their own
    assert found.customers >= 1


def test_orders_of_after_the_day_are_no_change(late):
    assert verify(late(10, day="1998-04-01"), DAY).passed


def test_late_orders_that_a_feature_store_notices_are_no_leak(tenth, late, tmp_path):
    place = {"output": tenth.config.output.model_copy(update={"path": str(tmp_path / "out")})}
    place["feature_store"] = FeatureStoreConfig(path=str(tmp_path / "daybook"), late_days=3)
    score(late(**place), DAY)
    found = verify(late(*tenth.scores["customer_id"].to_pylist()[:3], **place), DAY)
    assert found.leaked == ()
    assert "orders" in found.replayed
    assert found.changed == ("transactions",)


def test_a_cutoff_that_lets_the_day_itself_in_is_found(tenth, monkeypatch):
    right, day = history.is_before, dt.timedelta(days=1)
    monkeypatch.setattr(history, "is_before", lambda time, cutoff: right(time, cutoff + day))
    found = verify(tenth.config, DAY)
    assert "recency_days" in found.leaked
    assert "churn_probability" in found.leaked


def test_a_day_that_was_not_scored_is_refused(tenth):
    with pytest.raises(InputError, match=r"1998-05-05 was not scored; there are 1998"):
        verify(tenth.config, "1998-05-05")


# What is planted


@pytest.mark.parametrize("name", ["transactions", "events", "contacts"])
def test_all_of_the_past_is_planted_after_the_day_and_none_before(name):
    rows = shop(customers=40)[name]
    table = ibis.memtable(rows)
    spec = TABLES[name]
    times = table.mutate(**{spec.time: table[spec.time].cast("timestamp(6)")})
    found = _planted(times, spec, MIDNIGHT.date()).to_pandas()
    before = (rows[spec.time].astype("datetime64[us]") < MIDNIGHT).sum()
    assert before > 0
    assert (found[spec.time] < MIDNIGHT).sum() == before
    assert len(found) == len(rows) + before


def test_the_newest_row_is_planted_at_the_days_first_moment():
    days = [dt.datetime(2024, 2, day) for day in (1, 20, 28)]
    table = ibis.memtable(
        {"customer_id": [1, 1, 2], "ordered_at": days, "amount": [1.0, 2.0, -3.0]}
    )
    table = table.mutate(ordered_at=table["ordered_at"].cast("timestamp(6)"))
    found = _planted(table, TABLES["transactions"], MIDNIGHT.date()).to_pandas()
    planted = found[found["ordered_at"] >= MIDNIGHT].sort_values("ordered_at")
    assert list(planted["ordered_at"]) == [
        MIDNIGHT,
        MIDNIGHT + dt.timedelta(days=8),
        MIDNIGHT + dt.timedelta(days=27),
    ]
    assert list(planted["amount"]) == [22.0, 15.0, 8.0]


def test_every_column_of_a_dated_profile_is_planted_anew():
    rows = {
        "customer_id": [1],
        "valid_from": [dt.datetime(2024, 2, 1)],
        "card": ["gold"],
        "n": [3],
    }
    table = ibis.memtable(pd.DataFrame(rows))
    table = table.mutate(valid_from=table["valid_from"].cast("timestamp(6)"))
    found = _planted(table, TABLES["customers"], MIDNIGHT.date()).to_pandas()
    planted = found[found["valid_from"] >= MIDNIGHT]
    assert planted[["customer_id", "card", "n"]].to_numpy().tolist() == [[1, "gold+", 4]]
    undated = table.drop("valid_from")
    assert _planted(undated, TABLES["customers"], MIDNIGHT.date()).count().execute() == 1


def test_an_undated_column_that_tells_what_came_after_the_day_is_named(tmp_path, tenth_tables):
    lines = tenth_tables["transactions"]
    counts = lines.groupby("customer_id", as_index=False)["amount"].agg(visits="count")
    profiles = counts.assign(age=np.arange(len(counts)) % 50, left_out=counts["visits"])
    config = write_base(tmp_path, {**tenth_tables, "customers": profiles})
    assert told_by_profiles(config, DAY, 90, ["visits", "age"]) == ("visits",)
    assert told_by_profiles(config, dt.date(1998, 7, 1), 90, ["visits", "age"]) == ("visits",)
    assert told_by_profiles(config, DAY, 90, ["age"]) == ()


def test_a_second_time_that_was_empty_comes_after_the_day():
    rows = {"customer_id": ["a"], "contacted_at": [dt.datetime(2024, 1, 1)], "campaign_id": [1]}
    schema = pa.schema(
        [
            ("customer_id", pa.string()),
            ("contacted_at", pa.timestamp("us")),
            ("campaign_id", pa.int64()),
            ("responded_at", pa.timestamp("us")),
        ]
    )
    table = ibis.memtable(pa.table(rows | {"responded_at": [None]}, schema=schema))
    found = _planted(table, TABLES["contacts"], MIDNIGHT.date()).to_pandas()
    assert (found["responded_at"] == dt.datetime(2024, 3, 1, 1)).all()


def test_what_is_planted_for_a_last_moment_before_the_day_comes_on_it():
    late = pd.Timestamp("2024-02-29 22:50:26.144099")
    frame = pd.DataFrame({"customer_id": ["a"], "ordered_at": [late], "amount": [17.03]})
    table = ibis.memtable(frame).mutate(ordered_at=lambda t: t.ordered_at.cast("timestamp(6)"))
    planted = _planted(table, TABLES["transactions"], MIDNIGHT.date()).to_pandas()
    assert (planted["ordered_at"] < MIDNIGHT).sum() == 1


def test_a_feature_store_that_tells_other_rows_than_a_full_read_is_named(tmp_path):
    days = pd.date_range("2024-01-01", "2024-02-29", freq="D")
    lines = pd.DataFrame({"customer_id": "a", "ordered_at": days, "amount": 2.0})
    config = with_store(write_base(tmp_path, {"transactions": lines}), tmp_path / "book")
    assert _unlike(config, dt.date(2024, 3, 1), Silent()) == ()
    manifest = tmp_path / "book" / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    told["lines"]["hashes"]["low"] += 1
    manifest.write_text(json.dumps(told), "utf-8")
    assert _unlike(config, dt.date(2024, 3, 1), Silent()) == ("transactions",)
