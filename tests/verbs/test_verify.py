import datetime as dt
import shutil
from contextlib import contextmanager

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shop import shop
from tiercast.artifacts.scored_days import parts_of, scores_folder
from tiercast.config.errors import InputError
from tiercast.contract.tables import TABLES
from tiercast.scoring.score import score
from tiercast.snapshots import history
from tiercast.verbs.leak_probe import _planted
from tiercast.verbs.verify import verify

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
    assert (found.replayed, found.leaked, found.notes) == ((), (), ())


def test_changes_are_told_against_the_scores_that_were_the_last_then(tenth, output):
    later = DAY + dt.timedelta(days=60)
    score(tenth.config, later)
    between = DAY + dt.timedelta(days=30)
    score(tenth.config, between)  # of which `later` knew nothing
    assert verify(tenth.config, later).passed


def test_a_changed_score_is_named(tenth, output):
    (part,) = parts_of(scores_folder(output, DAY))
    table = pq.read_table(part, partitioning=None)
    at = table.column_names.index("churn_probability")
    risks = table["churn_probability"].to_numpy().copy()
    risks[7] += 1e-12
    pq.write_table(table.set_column(at, table.schema.field(at), pa.array(risks)), part)
    found = verify(tenth.config, DAY)
    assert not found.passed
    assert found.replayed == ("churn_probability",)


def test_a_cutoff_that_lets_the_day_itself_in_is_found(tenth, monkeypatch):
    right = history._midnight
    monkeypatch.setattr(history, "_midnight", lambda day: right(day + dt.timedelta(days=1)))
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
