"""Profiles of discovered segments."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from tiercast.arrays import IntArray
from tiercast.segments.feature_space import column

PROFILE_COLUMNS = (
    "recency_days",
    "orders",
    "revenue",
    "average_order_value",
    "tenure_days",
    "gap_mean_days",
)


def profile_table(
    frame: pd.DataFrame, labels: IntArray, names: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Return one row per segment: segment, customers, share, revenue_share, means and medians.

    Means and medians are `<column>_mean` and `<column>_median` for each of `columns` that the
    frame has, without missing values. A segment without customers has NaN there.
    """
    present = list(dict.fromkeys(name for name in columns if name in frame))
    values = pd.DataFrame({name: column(frame, name) for name in present})
    groups = values.groupby(labels)
    order = range(len(names))
    sizes = np.bincount(labels, minlength=len(names))
    table = pd.DataFrame(
        {"segment": list(names), "customers": sizes, "share": sizes / max(len(frame), 1)}
    )
    if "revenue" in values:
        revenue = groups["revenue"].sum().reindex(order, fill_value=0.0)
        table["revenue_share"] = revenue / (revenue.sum() or np.nan)
    means = groups.mean().reindex(order).add_suffix("_mean")
    medians = groups.median().reindex(order).add_suffix("_median")
    return pd.concat([table, means, medians], axis=1)
