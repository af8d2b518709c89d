from dataclasses import dataclass

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.config.progress import Silent
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.predict import score_batches, score_part
from tiny_model import tiny_features, tiny_model


@dataclass(frozen=True)
class Parts:
    """Stands in for a base's batches."""

    rows: tuple[pd.DataFrame, ...]

    @property
    def number(self):
        return len(self.rows)

    @property
    def schema(self):
        return pa.Table.from_pandas(pd.concat(self.rows), preserve_index=False).schema

    def frames(self):
        return iter(self.rows)


@dataclass(frozen=True)
class Inputs:
    """Stands in for what a day is scored from."""

    model: CustomerModel
    parts: Parts
    rule_features: tuple[str, ...] = ()
    reasons: str = "top"

    def batches(self):
        return self.parts


@pytest.fixture(scope="module")
def model():
    return tiny_model()


@pytest.fixture
def frame():
    """Return customers of whom the first hundred will hardly order again, and have no region."""
    rows = tiny_features(customers=150).sort_values("recency_days", ascending=False)
    rows = rows.reset_index(drop=True)
    rows["region"] = rows["region"].astype(object).where(rows.index >= 100, None)
    return rows


@pytest.fixture
def staged(model, frame, tmp_path):
    (tmp_path / "stage").mkdir()
    parts = Parts((frame[:100], frame[100:].reset_index(drop=True)))
    with DatasetWriter(tmp_path / "features") as features:
        return score_batches(Inputs(model, parts), tmp_path / "stage", features, Silent())


def reasons_of(model, frame, choice):
    types = {name: pa.float64() for name in frame.columns if frame[name].dtype == "float64"}
    _, scored = score_part(model, frame, types, (), choice)
    return scored["reasons"].to_pylist()


def test_all_reasons_begin_with_the_top_three(model, frame):
    top, whole = (reasons_of(model, frame, choice) for choice in ("top", "all"))
    assert [listed[:3] for listed in whole] == top
    assert max(map(len, whole)) > max(map(len, top)) == 3


def test_without_reasons_their_column_is_null(model, frame):
    assert reasons_of(model, frame, "none") == [None] * len(frame)


def test_parts_hold_all_rows_and_sums(staged, model, frame):
    whole = pd.concat([rows for rows, _ in staged.frames()], ignore_index=True)
    assert whole["customer_id"].tolist() == frame["customer_id"].tolist()
    np.testing.assert_allclose(staged.probability_sums, model.tier_matrix(whole).sum(axis=0))
    assert staged.probability_sums.sum() == pytest.approx(150)


def test_each_part_brings_its_reasons(staged):
    for rows, reasons in staged.frames():
        assert len(reasons) == len(rows)
        assert "reasons" not in rows


def test_parts_fit_together_where_a_column_is_empty_in_one(staged, tmp_path):
    types = {pq.read_schema(part).field("next_order_date").type for part in staged.parts}
    assert types == {pa.date32()}
    table = staged.table(ibis.duckdb.connect())
    known = table.next_order_date.count().execute()
    assert 0 < known < 150


def test_features_are_written_on_the_way(staged, tmp_path):
    files = sorted((tmp_path / "features").glob("part-*.parquet"))
    first, second = (pq.read_table(file) for file in files)
    assert (first.num_rows, second.num_rows) == (100, 50)
    assert first["region"].null_count == 100
    assert "clv_expected_value" in first.column_names
    assert first.schema.equals(second.schema)
