"""The aggregates of a scored day, each counted in the engine: sums, no customer's row."""

import calendar
import datetime as dt

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum
from tiercast.past.known import Known, columns_of, month_of
from tiercast.snapshots.history import history
from tiercast.snapshots.labels import labels
from tiercast.snapshots.subscriptions import customers_at

WINDOWS = (90, 365)  # days from the first order, that day included
MOST_CHANNELS = 10


MOST = 12
WINDOW_DAYS = 365


YEAR_DAYS = 365


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


def excluded(known: Known) -> dict[str, list[object]]:
    """Return a row per rule for which lines before the day were quarantined, and of those used.

    Columns: rule (null: used), rows, money (sum of amounts without their sign), net (with it).
    """
    lines = known.aside
    early = lines.filter((lines.day < ibis.date(known.as_of.isoformat())).fill_null(True))
    names = ("rows", "money", "net")
    by_rule = early.group_by("rule").agg(**{name: early[name].sum() for name in names})
    found = columns_of(by_rule.order_by("rule"))
    for name, value in {"rule": None, **_used(known)}.items():
        found[name].append(value)
    return found


def _used(known: Known) -> dict[str, object]:
    orders = known.before
    net, returned = money_sum(orders.net_amount), money_sum(orders.returned)
    sums = orders.aggregate(rows=orders.lines.sum(), money=net + 2 * returned, net=net)
    (found,) = sums.to_pyarrow().to_pylist()
    used: dict[str, object] = found
    return used


def spend(known: Known) -> dict[str, object] | None:
    """Return the spend of each tier on the largest categories or products, returns left in.

    `kind` is "category" or "product", `names` how many there are. `sums` has the columns tier,
    name (null: all that the tier spent) and spent (money), the largest `MOST` names. None where
    the lines have neither, or only one.
    """
    for kind, bought in known.spend.items():
        sums = known.connection.create_table("past_spend", _by_tier(known, bought, kind))
        names = int(sums.name.nunique().execute())
        if names > 1:
            return {"kind": kind, "names": names, "sums": columns_of(_largest(sums))}
    return None


def _by_tier(known: Known, bought: ir.Table, kind: str) -> ir.Table:
    before = history(bought, "bought_at", [known.as_of])
    recent = before.filter(before.days_ago <= WINDOW_DAYS)
    tiers = known.scores.select("customer_id", "tier")
    rows = recent.inner_join(tiers, "customer_id")
    return rows.group_by("tier", name=rows[kind]).agg(spent=money_sum(rows.spent))


def _largest(sums: ir.Table) -> ir.Table:
    each = sums.group_by("name").agg(spent=money_sum(sums.spent))
    shown = sums.semi_join(each.order_by(each.spent.desc(), "name").limit(MOST), "name")
    whole = sums.group_by("tier").agg(spent=money_sum(sums.spent))
    whole = whole.mutate(name=ibis.null("string")).select(shown.columns)
    return ibis.union(shown, whole).order_by("tier", "name")


def year_before(known: Known) -> dict[str, object] | None:
    """Return what a horizon from the same day a year before brought.

    `first` and `last` are its days, `value` is the money of all, `value_known` that of customers
    who were customers before. None where orders do not reach back, or it is not over by the day.
    """
    start, days = same_day_a_year_before(known.as_of), known.target.horizon_days
    end = start + dt.timedelta(days=days)
    before = history(known.orders, "ordered_at", [start])
    customers = customers_at(before).select("customer_id").distinct()
    if end > known.as_of or not customers.limit(1).count().execute():
        return None
    bought = labels(known.orders, [start], horizon_days=days, observed_until=known.as_of)
    both = {"value": bought, "value_known": bought.semi_join(customers, "customer_id")}
    sums = {
        name: float(rows.aggregate(sum=money_sum(rows.value)).to_pyarrow()["sum"][0].as_py() or 0)
        for name, rows in both.items()
    }
    return {"first": start, "last": end - dt.timedelta(days=1), **sums}


def same_day_a_year_before(day: dt.date) -> dt.date:
    """Return the same day a year before, the last of February for a leap day.

    Examples
    --------
    >>> same_day_a_year_before(dt.date(2024, 2, 29)).isoformat()
    '2023-02-28'
    >>> same_day_a_year_before(dt.date(2018, 1, 2)).isoformat()
    '2017-01-02'
    """
    last = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))


def new_by_month(known: Known) -> dict[str, list[object]]:
    """Return a row per month of first orders: `first_month`, and the sums of `_sums`."""
    starts = _starts(known)
    return columns_of(_sums(starts, "first_month", known.as_of).order_by("first_month"))


def new_by_channel(known: Known) -> dict[str, list[object]] | None:
    """Return a row per channel of first orders (null: unknown), most customers first.

    None where no channel is known; at most `MOST_CHANNELS`.
    """
    if "channel" not in known.with_firsts.columns:
        return None
    sums = _sums(_starts(known), "channel", known.as_of)
    found = columns_of(sums.order_by(sums.customers.desc(), "channel").limit(MOST_CHANNELS))
    return None if set(found["channel"]) <= {None} else found


def _starts(known: Known) -> ir.Table:
    """Return a row per customer: first_on, first_month, money of the windows, expected value."""
    rows = known.with_firsts.filter(known.with_firsts.first_on.notnull())
    age = rows.ordered_on.delta(rows.first_on, unit="day")
    sums = {
        f"value_{days}": money_sum(rows.value, where=(age >= 0) & (age < days)) for days in WINDOWS
    }
    if "channel" in rows.columns:
        sums["channel"] = rows.channel.min(where=rows.is_first)
    each = rows.group_by("customer_id", "first_on").agg(**sums)
    scores = known.scores.select("customer_id", "expected_value")
    both = each.left_join(scores, "customer_id").drop("customer_id_right")
    return both.mutate(first_month=month_of(both.first_on))


def _sums(starts: ir.Table, group: str, as_of: dt.date) -> ir.Table:
    """Return the sums of each group.

    Columns: customers, expected_value, and for each window customers_N (whose first N days are
    over) and value_N (what these brought in them).
    """
    ends = {days: ibis.date((as_of - dt.timedelta(days=days)).isoformat()) for days in WINDOWS}
    over = {days: starts.first_on <= end for days, end in ends.items()}
    ended = {f"customers_{days}": over[days].sum().fill_null(0) for days in WINDOWS}
    money = {
        f"value_{days}": money_sum(starts[f"value_{days}"], where=over[days]) for days in WINDOWS
    }
    return starts.group_by(group).agg(
        customers=starts.count(), expected_value=money_sum(starts.expected_value), **ended, **money
    )
