"""Customers by the month of their first order, and what each later month brought."""

from tiercast.contract.money import money_sum
from tiercast.past.known import Known, columns_of, month_of


def first_day(known: Known) -> object:
    """Return the day of the first order that stands; None without any."""
    rows = known.with_firsts
    return rows.aggregate(day=rows.first_on.min()).to_pyarrow()["day"][0].as_py()


def cohorts(known: Known) -> dict[str, list[object]]:
    """Return a row per month of first orders and month with order lines.

    Columns: first_month (null: customers none of whose orders stands), month (the first day of
    each), customers (who ordered), orders, value (net money). Summed over first months, they are
    the base's months.
    """
    rows = known.with_firsts
    found = rows.group_by(first_month=month_of(rows.first_on), month=month_of(rows.ordered_on))
    sums = found.agg(
        customers=rows.customer_id.nunique(where=rows.is_order),
        orders=rows.is_order.sum().fill_null(0),
        value=money_sum(rows.value),
    )
    return columns_of(sums.order_by("first_month", "month"))
