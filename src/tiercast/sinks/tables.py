"""The tables of a database, as rows of data. `{id}` is the base's type of customer id.

Types are written as PostgreSQL does; DuckDB has another name for `JSONB` only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from tiercast.artifacts.targets import OLDER_COLUMNS

JSONB = "JSONB"


@dataclass(frozen=True)
class DatabaseTable:
    """A table: its columns with their types, its key, and the new names of older columns."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]
    older_columns: Mapping[str, str] = field(default_factory=dict)


RUNS = DatabaseTable(
    "runs",
    {
        "id": "TEXT",
        "command": "TEXT",
        "name": "TEXT",
        "as_of": "DATE",
        "started_at": "TIMESTAMPTZ",
        "ended_at": "TIMESTAMPTZ",
        "outcome": "TEXT",
        "exit_code": "SMALLINT",
        "message": "TEXT",
        "rows": "BIGINT",
        "model_version": "TEXT",
        "data_fingerprint": JSONB,
        "tiercast_version": "TEXT",
    },
    ("id",),
)
LEDGER = DatabaseTable(
    "ledger",
    {
        "as_of": "DATE",
        "graded_on": "DATE",
        "model_version": "TEXT",
        "by": "TEXT",
        "group": "TEXT",
        "metric": "TEXT",
        "predicted": "DOUBLE PRECISION",
        "actual": "DOUBLE PRECISION",
        "customers": "BIGINT",
    },
    ("as_of", "graded_on", "model_version", "by", "group", "metric"),
    OLDER_COLUMNS,
)
# Both are derived from the scores.
TIER_CHANGES = DatabaseTable(
    "tier_changes",
    {
        "as_of": "DATE",
        "customer_id": "{id}",
        "previous_tier": "TEXT",
        "tier": "TEXT",
        "tier_change": "SMALLINT",
        "tier_confidence": "DOUBLE PRECISION",
        "churn_probability": "DOUBLE PRECISION",
        "expected_value": "DOUBLE PRECISION",
        "model_version": "TEXT",
    },
    ("as_of", "customer_id"),
)
ALERTS = DatabaseTable(
    "alerts",
    {
        "as_of": "DATE",
        "customer_id": "{id}",
        "alert": "TEXT",
        "previous_tier": "TEXT",
        "tier": "TEXT",
        "churn_probability": "DOUBLE PRECISION",
        "expected_value": "DOUBLE PRECISION",
        "model_version": "TEXT",
    },
    ("as_of", "customer_id", "alert"),
)
DERIVED = (TIER_CHANGES, ALERTS)
SCORES, LATEST = "scores", "scores_latest"

TYPES: Mapping[pa.DataType, str] = {
    pa.int8(): "SMALLINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE PRECISION",
    pa.string(): "TEXT",
    pa.date32(): "DATE",
    pa.list_(pa.string()): "TEXT[]",
}


def scores_table(schema: pa.Schema) -> DatabaseTable:
    """Return the table of scores with this schema; nested columns are JSON, but lists of text."""
    columns = {field.name: column_type(field.type) for field in schema}
    return DatabaseTable(SCORES, columns, ("as_of", "customer_id"))


def column_type(kind: pa.DataType) -> str:
    """Return the type of a column in a database.

    Examples
    --------
    >>> column_type(pa.int8()), column_type(pa.struct([("top", pa.float64())]))
    ('SMALLINT', 'JSONB')
    """
    return TYPES.get(kind, JSONB)
