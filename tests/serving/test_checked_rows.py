"""Posted values in columns of each type that a profile may have."""

import pyarrow as pa
import pytest

from tiercast.serving.checked_rows import RowReader
from tiercast.serving.posted import PostedCustomer
from tiercast.serving.problem import Refused

LINES = [
    ("customer_id", pa.string()),
    ("ordered_at", pa.timestamp("us")),
    ("amount", pa.float64()),
]


def read(kind, value):
    """Return a profile's value as a column of a type holds it."""
    profiles = pa.schema([("customer_id", pa.string()), ("own", kind)])
    schemas = {"transactions": pa.schema(LINES), "customers": profiles}
    posted = PostedCustomer.model_validate({"customer_id": "a", "profile": {"own": value}})
    return RowReader.of(schemas, "UTC").read([posted])["customers"]["own"][0].as_py()


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        (pa.int16(), 300, "300"),
        (pa.decimal128(10, 2), 12.5, "12.50"),
        (pa.date32(), "2024-05-01", "2024-05-01"),
        (pa.float32(), 1.5, "1.5"),
        (pa.bool_(), True, "True"),
    ],
)
def test_a_value_is_held_as_its_column_holds_it(kind, value, held):
    assert str(read(kind, value)) == held


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.int16(), 100_000),
        (pa.uint8(), -1),
        (pa.decimal128(4, 2), 12_345.0),
        (pa.string(), "\ud800"),
    ],
)
def test_a_value_that_its_column_cannot_hold_is_refused_by_its_field(kind, value):
    with pytest.raises(Refused) as refusal:
        read(kind, value)
    (problem,) = refusal.value.problems
    assert problem.field == "customers[0].profile.own"
    assert "cannot hold" in problem.problem
