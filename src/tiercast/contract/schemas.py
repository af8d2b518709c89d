"""pandera schemas of the canonical tables: what holds for every row that is used."""

import ibis.expr.datatypes as dt
import pandera.ibis as pa

from tiercast.contract.data_rules import LARGEST_AMOUNT
from tiercast.contract.tables import ColumnSpec, TableSpec

DTYPES = {"time": dt.Timestamp(scale=6), "number": dt.float64, "text": dt.string}


def table_schema(spec: TableSpec) -> pa.DataFrameSchema:
    """Return the schema of a canonical table; ids keep the type they came with."""
    return pa.DataFrameSchema(
        {column.name: _column(column) for column in spec.columns},
        strict=False,
        name=spec.name,
    )


def _column(column: ColumnSpec) -> pa.Column:
    checks = (
        [pa.Check.in_range(-LARGEST_AMOUNT, LARGEST_AMOUNT)] if column.name == "amount" else []
    )
    return pa.Column(
        DTYPES.get(column.kind),
        checks,
        nullable=column.nullable,
        required=column.required,
    )
