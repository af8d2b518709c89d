"""A batch's scores beside the outcomes, joined in the engine: no customer leaves it by name."""

import datetime as dt

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis.backends.sql import SQLBackend

from tiercast.contract.groups import GROUP
from tiercast.features.horizons import named
from tiercast.modeling.predicted import FIGURES
from tiercast.monitoring.batches import Batch
from tiercast.segments.tiers import tier_rank, true_tier_column
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.contacted import contacted
from tiercast.snapshots.labels import labels

PREDICTED = (
    "churn_probability",
    "expected_value",
    "value_low",
    "value_high",
    "tier_confidence",
    "segment",
)
TIER, SEGMENT, CONTACTED = "tier", "segment", "contacted"


def outcomes(
    connection: SQLBackend, activity: CustomerActivity, batch: Batch, observed_until: dt.date
) -> ir.Table:
    """Return predicted and actual figures, a row per scored customer, as a table of the engine.

    Columns: those of `PREDICTED`, tier and true_tier (numbers, 0 = best), tier_name, in_tier_set,
    tier_set_size, churned (0 or 1), value, the customer's group where there are groups, and,
    where there are contacts, whether a campaign reached the customer within the horizon.
    Outcomes are counted as for a training.

    Raises
    ------
    InputError
        The horizon has not passed, or orders are not known until its end.
    """
    stored = _of_horizon(connection.read_parquet([str(part) for part in batch.parts]), batch)
    days = batch.horizon_days
    actual = labels(
        activity.orders, [batch.as_of], horizon_days=days, observed_until=observed_until
    ).select("customer_id", "ordered", came_value="value")
    # A source may have changed its ids from numbers to text since.
    ids = stored.customer_id.try_cast(actual.customer_id.type())
    group = [GROUP] if batch.groups else []
    predicted = stored.select(*PREDICTED, "tier", "tier_set", *group, customer_id=ids)
    graded = _graded(predicted.left_join(actual, "customer_id"), batch)
    if activity.contacts is not None:
        reached = contacted(activity.contacts, [batch.as_of], days)
        graded = graded.mutate(contacted=graded.customer_id.isin(reached.customer_id))
    # One batch at a time is held: the next takes its place.
    return connection.create_table("outcomes", graded, overwrite=True)


def _of_horizon(stored: ir.Table, batch: Batch) -> ir.Table:
    """Return scores with the figures of the batch's horizon under the plain names."""
    if batch.further_days is None:
        return stored
    return stored.mutate(**{one: stored[named(one, batch.further_days)] for one in FIGURES})


def numbers(rows: ir.Table, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return columns of numbers, in the order of the customers' ids: sums then never differ."""
    return rows.order_by("customer_id").select(*columns).to_pandas()


def _graded(rows: ir.Table, batch: Batch) -> ir.Table:
    ordered = rows.ordered.fill_null(False)
    known = rows.mutate(ordered=ordered, value=rows.came_value.fill_null(0.0))
    known = known.mutate(true_tier=_true_tier(known, batch))
    names = ibis.array([ibis.literal(name) for name in batch.tier_names])
    return known.select(
        "customer_id",
        *PREDICTED,
        *([GROUP] if batch.groups else []),
        "value",
        "true_tier",
        tier_name=known.tier,
        tier=tier_rank(known.tier, batch.tier_names),
        in_tier_set=known.tier_set.contains(names[known.true_tier]),
        tier_set_size=known.tier_set.length(),
        churned=(~known.ordered).cast("float64"),
    )


def _true_tier(rows: ir.Table, batch: Batch) -> ir.IntegerValue:
    """Return the actual tier, by the cuts of the customer's group where there are groups."""
    of_all = true_tier_column(rows.value, rows.ordered, batch.tier_cuts)
    own = [
        (rows[GROUP] == name, true_tier_column(rows.value, rows.ordered, group["tier_cuts"]))
        for name, group in batch.groups.items()
    ]
    return ibis.cases(*own, else_=of_all) if own else of_all
