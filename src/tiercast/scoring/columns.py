"""The columns of the scores, in order, with their types."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from tiercast.contract.groups import GROUP
from tiercast.features.usage import USAGE_COLUMNS
from tiercast.modeling.predicted import REASON, further_columns


def score_schema(
    customer_id: pa.DataType,
    tier_names: Sequence[str],
    further_days: Sequence[int] = (),
    *,
    with_usage: bool = False,
    with_groups: bool = False,
) -> pa.Schema:
    """Return the schema of the scores, with four columns for each further horizon.

    `with_usage` adds the tier of use and the preferred group, `with_groups` the group `by` a
    column.
    """
    probabilities = pa.struct([(name, pa.float64()) for name in tier_names])
    return pa.schema(
        [
            ("customer_id", customer_id),
            ("as_of", pa.date32()),
            ("r_score", pa.int8()),
            ("f_score", pa.int8()),
            ("m_score", pa.int8()),
            ("rfm_total", pa.int16()),
            ("rfm_band", pa.string()),
            ("rfm_segment", pa.string()),
            ("lifecycle_stage", pa.string()),
            ("segment", pa.string()),
            ("segment_confidence", pa.float64()),
            ("churn_probability", pa.float64()),
            ("expected_value", pa.float64()),
            ("value_low", pa.float64()),
            ("value_high", pa.float64()),
            ("tier", pa.string()),
            ("tier_confidence", pa.float64()),
            ("tier_probabilities", probabilities),
            ("tier_set", pa.list_(pa.string())),
            ("next_order_date", pa.date32()),
            ("next_order_low", pa.date32()),
            ("next_order_high", pa.date32()),
            ("reasons", pa.list_(REASON)),
            ("action", pa.string()),
            ("action_id", pa.string()),
            ("previous_tier", pa.string()),
            ("tier_change", pa.int8()),
            ("alerts", pa.list_(pa.string())),
            *((name, pa.float64()) for name in further_columns(further_days)),
            *((name, pa.string()) for name in USAGE_COLUMNS if with_usage),
            *((name, pa.string()) for name in (GROUP,) if with_groups),
            ("model_name", pa.string()),
            ("model_version", pa.string()),
            ("run_id", pa.string()),
        ]
    )


# What needs orders, and what needs a value: a label table has none of the former.
OF_ORDERS = (
    *("r_score", "f_score", "m_score", "rfm_total", "rfm_band", "rfm_segment"),
    *("lifecycle_stage", "segment", "segment_confidence"),
    *("next_order_date", "next_order_low", "next_order_high"),
)
OF_VALUE = ("expected_value", "value_low", "value_high")


def label_schema(
    customer_id: pa.DataType, tier_names: Sequence[str], *, with_value: bool
) -> pa.Schema:
    """Return the schema of the scores of a label table, whose columns apply to it."""
    left_out = OF_ORDERS if with_value else (*OF_ORDERS, *OF_VALUE)
    whole = score_schema(customer_id, tier_names)
    return pa.schema([field for field in whole if field.name not in left_out])


def to_table(rows: pd.DataFrame, reasons: pa.Array, schema: pa.Schema) -> pa.Table:
    """Return rows as an Arrow table of the schema.

    `reasons` is an Arrow array, and `rows` has the tier probabilities as columns `tier_p0`,
    `tier_p1`, ...: from Python objects, both would take long.
    """
    made = {
        "reasons": reasons,
        "tier_probabilities": _probabilities(rows, schema.field("tier_probabilities").type),
    }
    arrays = [
        made[field.name]
        if field.name in made
        else pa.array(rows[field.name], field.type, from_pandas=True)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _probabilities(rows: pd.DataFrame, kind: pa.StructType) -> pa.StructArray:
    columns = [pa.array(rows[f"tier_p{tier}"], pa.float64()) for tier in range(kind.num_fields)]
    return pa.StructArray.from_arrays(columns, fields=list(kind))
