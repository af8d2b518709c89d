"""The rows that features are counted from, cut at each cutoff, by the grain of a feature."""

import datetime as dt
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import added, money_sum
from tiercast.features.feature import Grain
from tiercast.features.registry import KEYS
from tiercast.features.signals import FEWEST_DAYS
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.history import AS_OF, category_days, category_totals, history
from tiercast.snapshots.season import SeasonClock, on_clock
from tiercast.snapshots.subscriptions import contracts_at

MIX_DAYS = 90


def cut_tables(
    activity: CustomerActivity, cutoffs: Sequence[dt.date], clocks: Sequence[SeasonClock]
) -> dict[Grain, ir.Table]:
    """Return the tables by grain, each row once for each cutoff that it lies before (`as_of`)."""
    orders = history(activity.orders, "ordered_at", cutoffs)
    tables: dict[Grain, ir.Table] = {
        "orders": orders,
        "order_days": _with_later_lines(activity, orders, cutoffs),
    }
    if clocks:
        tables["season_days"] = on_clock(tables["order_days"], clocks)
    if activity.category_spend is not None:
        tables["categories"] = category_totals(activity.category_spend, cutoffs)
        tables["category_days"] = category_days(
            activity.category_spend, cutoffs, MIX_DAYS, FEWEST_DAYS
        )
    if activity.contacts is not None:
        tables["contacts"] = history(activity.contacts, "contacted_at", cutoffs)
        if "responded_at" in activity.contacts.columns:
            tables["responses"] = history(_responses(activity.contacts), "responded_at", cutoffs)
    if activity.events is not None:
        tables["events"] = history(activity.events, "event_at", cutoffs)
    if activity.referrals is not None and activity.referred_orders is not None:
        tables["referrals"] = history(activity.referrals, "referred_at", cutoffs)
        tables["referred_orders"] = history(activity.referred_orders, "ordered_at", cutoffs)
    if activity.subscriptions is not None:
        tables["contracts"] = contracts_at(activity.subscriptions, cutoffs)
    return tables


def _with_later_lines(
    activity: CustomerActivity, orders: ir.Table, cutoffs: Sequence[dt.date]
) -> ir.Table:
    """Return the order days with what their orders bought on later days, such as past midnight."""
    days = history(activity.order_days, "ordered_at", cutoffs)
    if not activity.has_order_ids:
        return days
    later = orders.filter(orders.in_order & ~orders.is_order & (orders.net_amount > 0))
    keys = [*KEYS, "ordered_on"]
    more = later.group_by("customer_id", AS_OF, ordered_on=later.begun_on).agg(
        more=money_sum(later.net_value)
    )
    rows = days.left_join(more, keys)
    return (
        rows.drop(ibis.selectors.endswith("_right"))
        .mutate(spent=added(rows.spent, rows.more))
        .drop("more")
    )


def _responses(contacts: ir.Table) -> ir.Table:
    """Return the contacts with a response; none is known before its contact."""
    answered = contacts.filter(contacts.responded_at.notnull())
    known = ibis.greatest(answered.responded_at, answered.contacted_at)
    return answered.mutate(responded_at=known)
