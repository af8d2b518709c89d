"""Groups of preference: those that a config names, or groups of features found in events.

Found groups hold features that the same customers use: features whose shares in customers' events
go up and down together, by average-linkage clustering of their correlations. The number of groups
is the one with the best silhouette.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.config.usage import DISCOVERED, UsageConfig
from tiercast.contract.money import FINE_UNITS, exact_sum
from tiercast.snapshots.history import history

MOST_FEATURES = 30  # the most used ones
MOST_GROUPS = 6


@dataclass(frozen=True)
class PreferenceGroups:
    """Features by group; `usual` is each found group's share of all their uses (named: none)."""

    features: Mapping[str, tuple[str, ...]]
    usual: tuple[float, ...] = ()


def preference_groups(events: ir.Table, day: dt.date, usage: UsageConfig) -> PreferenceGroups:
    """Return the groups that the config names, or those found in events before a day."""
    if not isinstance(usage.preferences, str):
        return PreferenceGroups(usage.preferences)
    counts = _counts(events, day)
    used = counts.group_by("used").agg(uses=counts.n.sum())
    top = used.order_by(ibis.desc("uses"), "used").limit(MOST_FEATURES).to_pandas()
    if len(top) < 2:
        return PreferenceGroups({})
    labels = _clusters(_correlations(counts, top["used"].tolist()))
    return _named(top, labels)


def groups_to_keep(
    events: ir.Table | None, day: dt.date, usage: UsageConfig | None
) -> PreferenceGroups | None:
    """Return the groups found in events before a day, which a model keeps; None: none are asked.

    Found anew on each day, the groups and their names would change with the customers' use.
    """
    if usage is None or usage.preferences != DISCOVERED or events is None:
        return None
    return preference_groups(events, day, usage)


def used_feature(events: ir.Table) -> ir.StringValue:
    """Return the feature that each event used; its type, where events name no features."""
    return events.feature if "feature" in events.columns else events.event_type


def _counts(events: ir.Table, day: dt.date) -> ir.Table:
    """Return how often each customer used each feature before a day: customer_id, used, n."""
    known = history(events, "event_at", [day])
    known = known.select("customer_id", used=used_feature(known))
    known = known.filter(known.used.notnull())
    return known.group_by("customer_id", "used").agg(n=known.count())


def _correlations(counts: ir.Table, names: list[str]) -> FloatArray:
    """Return the correlations of the features' shares in customers' events, (n, n)."""
    chosen = counts.filter(counts.used.isin(names))
    whole = chosen.n.sum().over(ibis.window(group_by="customer_id"))
    shares = chosen.select("customer_id", "used", share=chosen.n / whole.cast("float64"))
    other = shares.view().rename(other="used", other_share="share")
    pairs = shares.inner_join(other, "customer_id")
    products = pairs.group_by("used", "other").agg(
        sum=exact_sum(pairs.share * pairs.other_share, units=FINE_UNITS)
    )
    means = shares.group_by("used").agg(sum=exact_sum(shares.share, units=FINE_UNITS))
    customers = float(shares.customer_id.nunique().execute())
    table = products.to_pandas().pivot(index="used", columns="other", values="sum")
    both = table.reindex(index=names, columns=names).fillna(0.0).to_numpy(dtype=float)
    mean = means.to_pandas().set_index("used")["sum"].reindex(names).to_numpy(dtype=float)
    covariance = both / customers - np.outer(mean, mean) / customers**2
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.outer(spread, spread)
    correlation = np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > 1e-12)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(np.clip(correlation, -1.0, 1.0))


def _clusters(correlation: FloatArray) -> IntArray:
    """Return the number of each feature's group, (n,)."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    count = len(correlation)
    if count == 2:
        return np.arange(2)
    distances = np.round(1.0 - (correlation + correlation.T) / 2, 9)
    np.fill_diagonal(distances, 0.0)
    tree = linkage(squareform(distances, checks=False), "average")
    tried = [fcluster(tree, k, "maxclust") for k in range(2, min(MOST_GROUPS, count - 1) + 1)]
    fit = [_silhouette(distances, labels) for labels in tried]
    return np.asarray(tried[int(np.argmax(fit))])


def _silhouette(distances: FloatArray, labels: IntArray) -> float:
    from sklearn.metrics import silhouette_score  # a second of each command that reads features

    if len(np.unique(labels)) < 2:  # distances are tied
        return -1.0
    return round(float(silhouette_score(distances, labels, metric="precomputed")), 9)


def _named(top: pd.DataFrame, labels: IntArray) -> PreferenceGroups:
    """Return the groups, the most used first, each named by its most used feature."""
    groups = [tuple(part["used"]) for _, part in top.groupby(labels, sort=False)]
    uses = top.groupby(labels, sort=False)["uses"].sum()
    order = sorted(range(len(groups)), key=lambda n: (-uses.iloc[n], groups[n]))
    shares = uses / uses.sum()
    return PreferenceGroups(
        {groups[n][0]: groups[n] for n in order}, tuple(float(shares.iloc[n]) for n in order)
    )
