import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from tiercast.modeling.predicted import REASON
from tiercast.scoring.columns import score_schema, to_table

CONTRACT = [
    "customer_id",
    "as_of",
    "r_score",
    "f_score",
    "m_score",
    "rfm_total",
    "rfm_segment",
    "lifecycle_stage",
    "segment",
    "segment_confidence",
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "tier",
    "tier_confidence",
    "tier_probabilities",
    "tier_set",
    "next_order_date",
    "next_order_low",
    "next_order_high",
    "reasons",
    "action",
    "action_id",
    "previous_tier",
    "tier_change",
    "alerts",
    "model_name",
    "model_version",
    "run_id",
]
NAMES = ("top", "none")


def rows(count):
    """Return rows as pandas has them after the tiers were assigned: dates and gaps as objects."""
    schema = score_schema(pa.int64(), NAMES)
    frame = pd.DataFrame({field.name: pd.Series([1] * count) for field in schema})
    texts = [field.name for field in schema if pa.types.is_string(field.type)]
    days = [field.name for field in schema if pa.types.is_date(field.type)]
    frame[texts], frame[days] = "x", dt.date(2024, 7, 1)
    frame["next_order_date"] = pd.Series([None] * count, dtype=object)
    frame["tier_change"] = pd.Series([pd.NA] * count, dtype="Int8")
    frame["previous_tier"] = pd.Series([float("nan")] * count, dtype=object)
    frame["tier_p0"], frame["tier_p1"] = 0.25, 0.75
    frame["tier_set"] = [["none", "top"]] * count
    frame["alerts"] = [[]] * count
    return frame


def test_every_column_of_the_contract_is_there():
    assert set(CONTRACT) <= set(score_schema(pa.int64(), NAMES).names)


@pytest.mark.parametrize("kind", [pa.int64(), pa.string()])
def test_ids_keep_their_type(kind):
    assert score_schema(kind, NAMES).field("customer_id").type == kind


def test_tier_probabilities_have_one_field_per_tier():
    kind = score_schema(pa.int64(), ("a", "b", "c")).field("tier_probabilities").type
    assert [kind.field(number).name for number in range(kind.num_fields)] == ["a", "b", "c"]


def test_missing_things_come_out_as_nulls_of_the_right_type():
    schema = score_schema(pa.int64(), NAMES)
    table = to_table(rows(2), pa.array([[], []], pa.list_(REASON)), schema)
    assert table.schema == schema
    nulls = {name for name in table.column_names if table[name].null_count}
    assert nulls == {"next_order_date", "tier_change", "previous_tier"}
    assert table["tier_probabilities"].to_pylist() == [{"top": 0.25, "none": 0.75}] * 2
    assert table["alerts"].to_pylist() == [[], []]
