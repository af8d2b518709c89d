"""Who ordered twice within 365 days."""

import ibis

from tiercast.past.known import Known, columns_of

YEAR_DAYS = 365


def repeats(known: Known) -> dict[str, list[object]]:
    """Return the last 365 days and the 365 before: customers who ordered, and twice or more.

    Columns: years_ago (0, 1), customers, repeated.
    """
    rows = known.with_firsts
    day = ibis.date(known.as_of.isoformat())
    years_ago = ((day.delta(rows.ordered_on, unit="day") - 1) / YEAR_DAYS).floor().cast("int64")
    placed = rows.filter(rows.is_order).mutate(years_ago=years_ago)
    recent = placed.filter(placed.years_ago < 2)
    each = recent.group_by("years_ago", "customer_id").agg(orders=recent.count())
    found = each.group_by("years_ago").agg(
        customers=each.count(), repeated=(each.orders >= 2).sum().fill_null(0)
    )
    return columns_of(found.order_by("years_ago"))
