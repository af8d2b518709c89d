"""What undated profile columns explain of the outcome: more than the past can, if they leak.

A profile without `valid_from` is read as it is today, at every cutoff. A column that sums up the
past, such as `visits_to_date`, then knows what followed the cutoff. Two measures find it:

- how much of what customers bought after the oldest cutoff a column explains, beyond what they
  had bought by then (the adjusted partial R2 of ranks);
- how well the column alone predicts the outcome (AUC), beside the best of recency, orders and
  revenue alone.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.contract.money import money_sum
from tiercast.modeling.churn_metrics import area_under_curve
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import AS_OF, history
from tiercast.snapshots.profiles import is_dated, own_columns
from tiercast.snapshots.sample import sampled

MOST_CUSTOMERS = 20_000
FEWEST_CUSTOMERS = 200
BINS, LEVELS, FEWEST_OF_A_LEVEL = 20, 12, 5
MOST_EXPLAINED = 0.25  # of later orders: demographics of Complete Journey explain up to 13 %
MOST_AHEAD = 0.02  # of AUC: what chance alone can be ahead of the best of the past
PAST = ("recency_days", "orders", "revenue", "tenure_days")


@dataclass(frozen=True)
class ProfileColumn:
    """An undated column: the share of later orders and the AUC that it explains alone."""

    name: str
    explained: float
    auc: float


@dataclass(frozen=True)
class Profiles:
    """The undated profile columns, and the AUC of the best of recency, orders and revenue."""

    columns: tuple[ProfileColumn, ...]
    past_auc: float

    @property
    def explained(self) -> float:
        """The largest share of later orders that a column explains beyond the earlier ones."""
        return max(column.explained for column in self.columns)

    @property
    def auc(self) -> float:
        """The largest AUC of a column alone."""
        return max(column.auc for column in self.columns)

    @property
    def largest_auc(self) -> float:
        """The AUC that a column alone may have."""
        return self.past_auc + MOST_AHEAD

    @property
    def leaking(self) -> str:
        """The columns that explain too much of later orders."""
        return _named(column for column in self.columns if column.explained > MOST_EXPLAINED)

    @property
    def dominant(self) -> str:
        """The columns that predict the outcome too well."""
        return _named(column for column in self.columns if column.auc > self.largest_auc)

    @property
    def suspects(self) -> tuple[str, ...]:
        """The names of all columns that explain too much."""
        return tuple(
            column.name
            for column in self.columns
            if column.explained > MOST_EXPLAINED or column.auc > self.largest_auc
        )


def measure_profiles(
    activity: CustomerActivity,
    cutoffs: Sequence[dt.date],
    *,
    window_days: int,
    observed_until: dt.date,
    without: Sequence[str] = (),
) -> Profiles | None:
    """Return what undated profile columns explain; None without any, or with too few customers.

    Later orders are those from the oldest cutoff to `observed_until`. The outcome is an order
    within `window_days` after the newest cutoff. A sample of the customers is taken.
    """
    customers = activity.customers
    if customers is None or is_dated(customers) or not cutoffs:
        return None
    known = _columns(customers, without)
    share = min(1.0, MOST_CUSTOMERS / max(1, int(customers.count().execute())))
    profile = sampled(known, share).to_pandas().set_index("customer_id").sort_index()
    days = (cutoffs[0], observed_until, cutoffs[-1], cutoffs[-1] + dt.timedelta(window_days))
    then, later, newest, after = _past(activity.orders, days, profile.index)
    if min(len(then), len(newest)) < FEWEST_CUSTOMERS:
        return None
    grown = (later.reindex(then.index) - then)[["orders", "revenue"]]
    ordered = (after["orders"].reindex(newest.index) > newest["orders"]).to_numpy()
    found = tuple(
        ProfileColumn(
            name,
            explained_beyond(_bins(profile[name].reindex(then.index)), then, grown),
            auc_alone(_bins(profile[name].reindex(newest.index)), ordered),
        )
        for name in profile.columns
        if profile[name].nunique(dropna=False) > 1
    )
    alone = (auc_alone(_bins(newest[name]), ordered) for name in PAST[:3])
    return Profiles(found, max(alone)) if found else None


def explained_beyond(bins: IntArray, past: pd.DataFrame, later: pd.DataFrame) -> float:
    """Return the share of what is later that a column's bins explain beyond the past, 0 to 1.

    It is the larger of the adjusted partial R2 of the ranks of each column of `later`, given the
    ranks of `past` and their squares.
    """
    ranks = _ranks(past)
    given = np.column_stack([np.ones(len(ranks)), ranks, ranks**2])
    full = np.column_stack([given, _indicators(bins)])
    goals = _ranks(later)
    rest, left = (
        np.square(_residuals(matrix, goals)).sum(axis=0) / _freedom(matrix)
        for matrix in (given, full)
    )
    explained = 1 - left / np.where(rest > 0, rest, 1.0)
    return float(max(0.0, np.where(rest > 0, explained, 0.0).max()))


def auc_alone(bins: IntArray, ordered: BoolArray) -> float:
    """Return how well a column's bins alone predict the outcome, 0.5 to 1.

    The bins of each half of the rows are ranked by the outcomes of the other half.
    """
    if ordered.all() or not ordered.any():
        return 0.5
    halves, base = np.arange(len(bins)) % 2, ordered.mean()
    score = np.empty(len(bins))
    for half in (0, 1):
        others = pd.Series(ordered[halves != half]).groupby(bins[halves != half])
        means = (others.sum() + base) / (others.count() + 1)
        score[halves == half] = means.reindex(bins[halves == half]).fillna(base)
    return max(0.5, area_under_curve(ordered, score))


def _columns(customers: ir.Table, without: Sequence[str]) -> ir.Table:
    """Return a profile's numbers and words; a model reads no dates of a profile."""
    chosen: dict[str, ir.Value] = {}
    for name in own_columns(customers):
        column = customers[name]
        is_left_out = name in without or f"profile_{name}" in without
        if not is_left_out and (_is_word(column) or column.type().is_numeric()):
            chosen[name] = column.cast("string" if _is_word(column) else "float64")
    return customers.select("customer_id", **chosen)


def _is_word(column: ir.Value) -> bool:
    return bool(column.type().is_string() or column.type().is_boolean())


def _past(
    orders: ir.Table, days: Sequence[dt.date], customers: pd.Index
) -> tuple[pd.DataFrame, ...]:
    """Return what these customers had done by each day, those who had ordered only."""
    known = history(orders, "ordered_at", sorted(set(days)))
    counted = known.group_by("customer_id", AS_OF).agg(
        orders=known.is_order.sum(),
        revenue=money_sum(known.net_value),
        recency_days=known.days_ago.min(where=known.is_order),
        tenure_days=known.days_ago.max(where=known.is_order),
    )
    frame = counted.filter(counted.orders > 0).to_pandas()
    frame = frame[frame["customer_id"].isin(customers)].set_index("customer_id").sort_index()
    frame[AS_OF] = pd.to_datetime(frame[AS_OF]).dt.date
    return tuple(frame.loc[frame[AS_OF] == day, list(PAST)].astype(float) for day in days)


def _bins(values: pd.Series) -> IntArray:
    """Return each value's bin: of numbers by quantiles, of words the most frequent; -1: none."""
    if pd.api.types.is_numeric_dtype(values):
        edges = values.quantile(np.linspace(0, 1, BINS + 1)[1:-1]).dropna().unique()
        found = np.searchsorted(edges, values.to_numpy(dtype=float), side="left")
        return np.where(values.isna(), -1, found).astype(int)
    counts = values.value_counts()
    levels = counts[counts >= FEWEST_OF_A_LEVEL].sort_index().nlargest(LEVELS).index
    places = {level: place for place, level in enumerate(levels)}
    return values.map(places).fillna(-1).to_numpy(dtype=int)


def _indicators(bins: IntArray) -> FloatArray:
    levels = np.unique(bins)[1:]  # the first is the base
    return (bins[:, np.newaxis] == levels).astype(float)


def _ranks(frame: pd.DataFrame) -> FloatArray:
    ranks: FloatArray = frame.rank(pct=True).to_numpy(dtype=float) - 0.5
    return ranks


def _residuals(matrix: FloatArray, goals: FloatArray) -> FloatArray:
    fitted, *_ = np.linalg.lstsq(matrix, goals, rcond=None)
    residuals: FloatArray = goals - matrix @ fitted
    return residuals


def _freedom(matrix: FloatArray) -> int:
    return max(1, len(matrix) - int(np.linalg.matrix_rank(matrix)))


def _named(columns: Iterable[ProfileColumn]) -> str:
    return ", ".join(f"`customers.{column.name}`" for column in columns)
