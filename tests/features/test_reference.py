"""Features counted by DuckDB, beside the same counted row by row in plain Python."""

import datetime as dt
import itertools
import statistics
from collections import defaultdict
from dataclasses import dataclass

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tiercast.config.schema import Config
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity

AS_OF = dt.date(2024, 5, 1)
CUTOFF = dt.datetime(2024, 5, 1)
REVENUE = Config.model_validate({"name": "lines", "sources": {"transactions": {"path": "-"}}})


@dataclass(frozen=True)
class Line:
    """One order line, in cents."""

    customer: int
    order: int
    at: dt.datetime
    cents: int


LINES = st.lists(
    st.builds(
        Line,
        customer=st.integers(1, 5),
        order=st.integers(1, 6),
        at=st.integers(0, 150 * 48).map(lambda h: CUTOFF - dt.timedelta(hours=h / 2 - 240)),
        cents=st.sampled_from([-500, -100, 0, 1, 99, 100, 500, 1999]),
    ),
    min_size=1,
    max_size=60,
)


def by_duckdb(lines):
    frame = pd.DataFrame(
        {
            "customer_id": [line.customer for line in lines],
            "order_id": [line.order for line in lines],
            "ordered_at": pd.to_datetime([line.at for line in lines]).astype("datetime64[us]"),
            "amount": [line.cents / 100 for line in lines],
        }
    )
    connection = ibis.duckdb.connect(threads=1)
    table = connection.create_table("transactions", frame)
    activity = build_activity(connection, {"transactions": table}, REVENUE)
    panel = feature_panel(activity, [AS_OF], Setting(30)).to_pandas()
    connection.disconnect()
    return {row.pop("customer_id"): row for row in panel.to_dict("records")}


def by_hand(lines):
    """Count each customer who has an order before the cutoff."""
    known = [line for line in lines if line.at < CUTOFF]
    customers = {line.customer for line in known}
    counted = {who: count([line for line in known if line.customer == who]) for who in customers}
    return {who: features for who, features in counted.items() if features is not None}


def count(lines):
    orders = {line.order for line in lines}
    found = [standing([line for line in lines if line.order == order]) for order in orders]
    placed = [one for one in found if one is not None]
    return measure(lines, placed) if placed else None


def standing(lines):
    """Return when an order came to more than nothing, what it bought and its most; else None."""
    total, at, bought, most = 0, None, 0, 0
    for day in sorted({line.at.date() for line in lines}):
        of_day = [line for line in lines if line.at.date() == day]
        part = sum(line.cents for line in of_day)
        total += part
        if total <= 0:
            at, bought, most = None, 0, 0
        elif at is None:
            at, bought, most = min(line.at for line in of_day), part, total
        else:
            bought, most = bought + max(part, 0), max(most, total)
    return None if at is None else (at, bought, most)


def measure(lines, placed):
    ages = [(CUTOFF - at) / dt.timedelta(days=1) for at, *_ in placed]
    spent = defaultdict(int)
    for at, cents, _ in placed:
        spent[at.date()] += cents
    days = sorted(spent)
    gaps = [(b - a).days for a, b in itertools.pairwise(days)]
    repeat = [spent[day] / 100 for day in days[1:]]
    recent = [one for one in lines if one.at >= CUTOFF - dt.timedelta(days=30)]
    given_back = -sum(one.cents for one in lines if one.cents < 0)
    return {
        "recency_days": min(ages),
        "tenure_days": max(ages),
        "orders": len(placed),
        "orders_30d": sum(age <= 30 for age in ages),
        "orders_90d": sum(age <= 90 for age in ages),
        "revenue": sum(one.cents for one in lines) / 100,
        "revenue_30d": sum(one.cents for one in recent) / 100,
        "max_order_value": max(most for *_, most in placed) / 100,
        "last_order_value": spent[days[-1]] / 100,
        "active_days": len(days),
        "active_weeks": len({day.isocalendar()[:2] for day in days}),
        "active_months": len({(day.year, day.month) for day in days}),
        "gap_mean_days": statistics.mean(gaps) if gaps else None,
        "gap_std_days": statistics.stdev(gaps) if len(gaps) > 1 else None,
        "gap_last_days": gaps[-1] if gaps else None,
        "gap_recent_days": statistics.mean(gaps[-3:]) if gaps else None,
        "weekend_share": sum(at.weekday() >= 5 for at, *_ in placed) / len(placed),
        "evening_share": sum(at.hour >= 17 for at, *_ in placed) / len(placed),
        "average_basket_lines": len(lines) / len(placed),
        "return_share": given_back / sum(one.cents for one in lines if one.cents > 0),
        "kept_share": sum(one.cents for one in lines) / sum(cents for _, cents, _ in placed),
        "btyd_frequency": len(gaps),
        "btyd_recency_days": (days[-1] - days[0]).days,
        "btyd_age_days": (AS_OF - days[0]).days,
        "btyd_monetary_value": statistics.mean(repeat) if repeat else 0.0,
    }


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(LINES)
def test_duckdb_counts_what_plain_python_counts(lines):
    slow, fast = by_hand(lines), by_duckdb(lines)
    assert slow.keys() == fast.keys()
    for customer, features in slow.items():
        for name, value in features.items():
            found = fast[customer][name]
            if value is None:
                assert pd.isna(found), name
            else:
                assert found == pytest.approx(value, abs=1e-9), name
