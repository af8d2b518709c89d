"""Outcomes after the training cutoffs: how many customers ordered within the horizon or not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.modeling.certainty import Certainty
from tiercast.readiness.tied_cuts import TiedCuts, tied_cuts
from tiercast.segments.tiers import filled_tiers
from tiercast.snapshots.history import AS_OF, history
from tiercast.snapshots.labels import labels
from tiercast.snapshots.subscriptions import customers_at

MOST_VALUES = 600_000


@dataclass(frozen=True)
class Outcomes:
    """Customers and buyers at the newest cutoff; rows of all cutoffs, as a training counts them.

    `rarer_rows` are those of the rarer kind: an order of some value, or no order. `tiers` are the
    tiers of buyers that would have someone in them, of those wanted; None where nobody bought.
    `tied` counts buyers whose value is exactly a cut; None where no tiers can be cut.
    `ordered_rows` are the rows with an order within the horizon.
    """

    newest: dt.date
    customers: int
    buyers: int
    rows: int
    rarer_rows: int
    tiers: int | None
    wanted_tiers: int
    tied: TiedCuts | None = None
    ordered_rows: int | None = None
    horizon_days: int = 0

    @property
    def others(self) -> int:
        """Customers at the newest cutoff without an order within the horizon."""
        return self.customers - self.buyers

    @property
    def rarer_outcome(self) -> int | None:
        """Rows of the rarer outcome, an order within the horizon or none; None: no rows."""
        if self.ordered_rows is None or not self.rows:
            return None
        return min(self.ordered_rows, self.rows - self.ordered_rows)

    @property
    def certainty(self) -> str:
        """A sentence on what is certain if only one outcome occurred."""
        certain = Certainty.of(self.ordered_rows or 0, self.rows)
        if certain is None:
            return Message.of("both outcomes occurred")
        return certain.describe(self.horizon_days)


def measure_outcomes(
    orders: ir.Table,
    cutoffs: Sequence[dt.date],
    config: Config,
    *,
    observed_until: dt.date,
    window_days: int | None = None,
) -> Outcomes | None:
    """Return what followed the cutoffs (oldest first); None where there are none.

    It is counted in `window_days`, by default the horizon.
    """
    if not cutoffs:
        return None
    keys = ["customer_id", AS_OF]
    cut = history(orders, "ordered_at", cutoffs)
    known = customers_at(cut).select(keys).distinct()
    days, wanted = window_days or config.outlook.horizon_days, len(config.tiers.names) - 1
    outcomes = labels(orders, cutoffs, horizon_days=days, observed_until=observed_until)
    rows = known.left_join(outcomes, keys)
    kinds = rows.group_by(AS_OF, "ordered", "value").agg(n=rows.count()).to_pandas()
    if kinds.empty:
        return Outcomes(cutoffs[-1], 0, 0, 0, 0, None, wanted)
    bought = kinds[kinds["ordered"].eq(True)]
    paid = bought[bought["value"] > 0]
    total, buyers, paying = (int(some["n"].sum()) for some in (kinds, bought, paid))
    newest = kinds[AS_OF].max()  # whoever is known at an older cutoff is known there too
    customers, newest_buyers = (
        int(some.loc[some[AS_OF] == newest, "n"].sum()) for some in (kinds, bought)
    )
    values = _values(paid.groupby("value")["n"].sum())
    return Outcomes(
        cutoffs[-1],
        customers,
        newest_buyers,
        total,
        min(paying, total - buyers),
        filled_tiers(values, config.tiers) if values.size else None,
        wanted,
        tied_cuts(values, config.tiers) if values.size else None,
        buyers,
        config.outlook.horizon_days,
    )


def _values(counts: pd.Series) -> FloatArray:
    """Return what buyers were worth, of large bases as many as a training takes."""
    thinned = np.ceil(counts / max(1.0, counts.sum() / MOST_VALUES)).astype(int)
    return np.repeat(counts.index.to_numpy(dtype=np.float64), thinned)
