"""Customers at past cutoffs: what was known then, and when they ordered again."""

import datetime as dt
from dataclasses import dataclass

import ibis.expr.types as ir
import pandas as pd

from tiercast.btyd.beta_geometric import MBGNBD
from tiercast.config.errors import InputError
from tiercast.config.progress import Progress
from tiercast.features.btyd import SUFFICIENT
from tiercast.features.clv import COUNTS, STATISTICS
from tiercast.features.feature import Setting
from tiercast.features.registry import KEYS
from tiercast.segments.lifecycle import typical_gap_days
from tiercast.snapshots.follow_up import FollowUp
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import first_returns

FEWEST_GAPS = 3  # with fewer, the base's typical gap stands for the customer's own
MOST_CUSTOMERS = 100_000  # beyond it a share of them is measured, chosen by a hash of the id


@dataclass(frozen=True)
class PastCutoff:
    """One cutoff's customers who had not left long before, and a model of what was known then.

    `customers` has customer_id, frequency, recency, T (as in BTYD, days), silent_days,
    usual_gap_days, and returned_after_days (missing: not before `as_of`), sorted by customer_id.
    """

    cutoff: dt.date
    customers: pd.DataFrame
    model: MBGNBD


def past_cutoffs(
    order_days: ir.Table, plan: FollowUp, active_days: int | None, progress: Progress
) -> list[PastCutoff]:
    """Return the planned cutoffs at which somebody is there to judge, oldest first.

    Raises
    ------
    InputError
        Nobody ordered within `active_days` before any cutoff.
    """
    progress.stage("look at past cutoffs", len(plan.cutoffs))
    frame = _customers(order_days, plan)
    pasts = []
    for cutoff in plan.cutoffs:
        pasts.append(_past_cutoff(cutoff, frame[frame["as_of"] == cutoff], active_days))
        progress.step(str(cutoff))
    if not any(len(past.customers) for past in pasts):
        raise InputError(
            f"Nobody ordered within {active_days} days before the cutoffs ({plan.cutoffs[0]} to "
            f"{plan.cutoffs[-1]}), so nobody could leave; set a longer `outlook.active_days`."
        )
    return [past for past in pasts if len(past.customers)]


def sample_share(order_days: ir.Table, as_of: dt.date) -> float:
    """Return the share of the customers to measure: all, up to `MOST_CUSTOMERS`."""
    known = history(order_days, "ordered_at", [as_of])
    return min(1.0, MOST_CUSTOMERS / max(1, int(known.customer_id.nunique().execute())))


def _past_cutoff(cutoff: dt.date, rows: pd.DataFrame, active_days: int | None) -> PastCutoff:
    customers = rows.assign(
        silent_days=rows["T"] - rows["recency"], usual_gap_days=_usual_gaps(rows)
    )
    model = MBGNBD().fit(rows[COUNTS])
    if active_days is not None:
        customers = customers[customers["silent_days"] <= active_days]
    return PastCutoff(cutoff, customers.reset_index(drop=True), model)


def _usual_gaps(rows: pd.DataFrame) -> pd.Series:
    """Return customers' own mean gaps; the base's typical gap for those with few."""
    own = rows["recency"] / rows["frequency"].where(rows["frequency"] > 0)
    seen = pd.DataFrame({"gap_mean_days": own, "tenure_days": rows["T"]})
    return own.where(rows["frequency"] >= FEWEST_GAPS, typical_gap_days(seen))


def _customers(order_days: ir.Table, plan: FollowUp) -> pd.DataFrame:
    known = history(order_days, "ordered_at", plan.cutoffs)
    setting = Setting(plan.follow_up_days)
    statistics = {f.name: f.expression(known, setting) for f in SUFFICIENT if f.expression}
    counted = known.group_by(*KEYS).agg(**statistics)
    later = first_returns(order_days, plan.cutoffs, observed_until=plan.as_of)
    table = counted.left_join(later, KEYS).select(*KEYS, *STATISTICS, "returned_after_days")
    frame = table.to_pandas().rename(columns=STATISTICS)
    frame["as_of"] = pd.to_datetime(frame["as_of"]).dt.date
    return frame.sort_values(["as_of", "customer_id"], ignore_index=True)
