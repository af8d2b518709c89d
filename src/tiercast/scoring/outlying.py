"""Customers with orders far beyond all others: these orders and the customers' forecasts."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads

from tiercast.config.message import filled, named
from tiercast.snapshots.outlying import OutlyingOrders

FORECAST = (
    "customer_id",
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "tier",
)


def outlying_entry(
    outlying: OutlyingOrders | None, files: Sequence[Path]
) -> dict[str, object] | None:
    """Return the orders beyond the limit and their customers' forecasts, for the manifest."""
    if outlying is None:
        return None
    return {**outlying.to_dict(), "forecasts": _forecasts(outlying, files)}


def outlying_lines(outlying: OutlyingOrders | None, files: Sequence[Path]) -> tuple[str, ...]:
    """Return the forecast of each customer with such an order, a line each."""
    if outlying is None:
        return ()
    line = (
        "Customer {customer_id!r}, with an order far beyond all others: expected value "
        "{expected_value:exact} ({value_low:exact} to {value_high:exact}), churn risk "
        "{churn_probability:.0%}, tier {tier}"
    )
    return tuple(
        filled(line, {**row, "tier": named("tier", row["tier"])})
        for row in _forecasts(outlying, files)
    )


def _forecasts(outlying: OutlyingOrders, files: Sequence[Path]) -> list[dict[str, object]]:
    scores = pads.dataset([str(file) for file in files], format="parquet")
    ids = list(dict.fromkeys(order.customer_id for order in outlying.largest))
    wanted = pa.array(ids, scores.schema.field("customer_id").type)
    rows = scores.to_table(list(FORECAST), filter=pc.field("customer_id").isin(wanted))
    return sorted(rows.to_pylist(), key=lambda row: ids.index(row["customer_id"]))
