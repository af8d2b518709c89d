"""What the aggregates of a scored day are made of, from what it was scored from."""

from collections.abc import Sequence
from pathlib import Path

from tiercast.past.known import Known
from tiercast.scoring.inputs import ScoringInputs


def known_on(inputs: ScoringInputs, files: Sequence[Path]) -> Known:
    """Return the orders before the day of a base with orders, and the scores in `files`."""
    base, activity, orders = inputs.base, inputs.activity, inputs.orders
    assert activity is not None
    assert orders is not None
    assert base.aside is not None
    scores = base.connection.read_parquet(list(files))
    return Known(
        inputs.as_of,
        inputs.model.facts.target,
        base.connection,
        orders,
        activity.spend,
        base.aside,
        scores.select("customer_id", "tier", "expected_value"),
    )
