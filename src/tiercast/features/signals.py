"""Signals of single customers: large orders, referrals, use without orders, a changed mix.

Alert rules, plays, lists and the app read them. No model learns from them (`learned` is False).
"""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import FINE_UNITS, added, exact_sum, money_sum
from tiercast.features.feature import Feature, Setting, row_of, within
from tiercast.features.rfm import ratio
from tiercast.snapshots.contribution import REFERRAL_SHARE, RETURNS_COST

YEAR_DAYS = 365
BIG = 10.0  # times the customer's average order: of groceries, one in a hundred customers'
FEWEST_DAYS = 5  # of a category mix, recent and earlier


def _largest_ratio(table: ir.Table, _: Setting) -> ir.Value:
    """Return the largest order over the mean of the others; null below two orders."""
    whole = table.is_whole
    largest, count = table.order_amount.max(where=whole), table.count(where=whole)
    others = money_sum(table.order_amount, where=whole) - largest
    return ibis.ifelse(count > 1, ratio(largest * (count - 1), others), ibis.null("float64"))


def _year_ago(table: ir.Table, setting: Setting) -> ir.BooleanValue:
    """Return which orders lie a year before the horizon."""
    first = table.days_ago > YEAR_DAYS - setting.horizon_days
    return table.is_whole & first & (table.days_ago <= YEAR_DAYS)


def _largest_days_ago(table: ir.Table, setting: Setting) -> ir.Value:
    """Return the age of the largest order of a year ago; of equal ones the latest counts."""
    chosen = table.order_amount - table.days_ago * 1e-6
    return table.days_ago.argmax(chosen, where=_year_ago(table, setting))


def _due_days(table: ir.Table, _: Setting) -> ir.Value:
    """Return the days until the big order of a year ago is due again."""
    is_big = table.big_order_last_year >= BIG * table.average_order_value
    due = YEAR_DAYS - table.big_order_last_year_days
    return ibis.ifelse(is_big.fill_null(False), due, ibis.null("float64"))


def _mix_shift(table: ir.Table, _: Setting) -> ir.Value:
    """Return how far the mix has moved beyond chance, in standard deviations.

    It is the chi-square of days with each category, recent and earlier, as a normal deviate
    (Wilson & Hilferty 1931).
    """
    days = (table.recent_days + table.earlier_days).cast("float64")
    recent, earlier = table.recent_days.sum(), table.earlier_days.sum()
    squares, products, others = (
        exact_sum(part / days, units=FINE_UNITS)
        for part in (
            table.recent_days * table.recent_days,
            table.recent_days * table.earlier_days,
            table.earlier_days * table.earlier_days,
        )
    )
    swing = earlier.cast("float64") / recent.nullif(0)
    chi_square = ibis.greatest(squares * swing - 2 * products + others / swing, 0.0)
    freedom = (table.count() - 1).nullif(0)
    spread = 2 / (9 * freedom.cast("float64"))
    deviate = ((chi_square / freedom) ** (1 / 3) - (1 - spread)) / spread.sqrt()
    enough = (recent >= FEWEST_DAYS) & (earlier >= FEWEST_DAYS)
    return ibis.ifelse(enough, deviate, ibis.null("float64"))


def _referral_share(table: ir.Table, _: Setting) -> ir.Value:
    """Return the credits of the last year; none where the share is 0."""
    if REFERRAL_SHARE not in table.columns:
        return ibis.literal(0.0)
    return money_sum(table[REFERRAL_SHARE], where=within(table, YEAR_DAYS))


_orders_or_null = row_of("signals", "orders", empty=None, learned=False)
_derived = row_of("signals", None, empty=None, learned=False)
LARGE_ORDERS: tuple[Feature, ...] = (
    _orders_or_null(
        "largest_order_ratio",
        "times",
        "largest order over the mean of the customer's other orders",
        _largest_ratio,
    ),
    _orders_or_null(
        "big_order_last_year",
        "money",
        "largest order in the same window a year before the horizon",
        lambda table, setting: table.order_amount.max(where=_year_ago(table, setting)),
    ),
    _orders_or_null(
        "big_order_last_year_days", "days", "days since that order", _largest_days_ago
    ),
    _derived(
        "big_order_due_days",
        "days",
        "days until that order is due again, if it was 10 times the average or more",
        _due_days,
    ),
)

MIX: tuple[Feature, ...] = (
    Feature(
        "category_shift",
        "deviations",
        "signals",
        "how far the mix of categories of the last 90 days has moved beyond chance",
        "category_days",
        _mix_shift,
        empty=None,
        learned=False,
    ),
)

USE: tuple[Feature, ...] = (
    _derived(
        "event_after_order_days",
        "days",
        "days from the last order to the last event; below 0: the order is later",
        lambda table, _: table.recency_days - table.event_recency_days,
    ),
)

PROMOTERS: tuple[Feature, ...] = (
    Feature(
        "referrals",
        "customers",
        "signals",
        "customers brought",
        "referrals",
        lambda table, _: table.referred_customer_id.nunique(),
        learned=False,
    ),
    Feature(
        "referral_recency_days",
        "days",
        "signals",
        "days since a customer was last brought",
        "referrals",
        lambda table, _: table.days_ago.min(),
        empty=None,
        learned=False,
    ),
    Feature(
        "referral_value",
        "money",
        "signals",
        "value of the orders of those brought, since then",
        "referred_orders",
        lambda table, _: money_sum(table.net_value),
        learned=False,
    ),
    _derived(
        "referral_value_ratio",
        "times",
        "value of those brought over the customer's own",
        lambda table, _: ratio(table.referral_value, table.revenue),
    ),
)

_YEAR = f"{YEAR_DAYS}d"
# What the value of the last year is made of where it is a contribution.
_orders = row_of("signals", "orders", learned=False)
BREAKDOWN: tuple[Feature, ...] = (
    Feature(
        f"contribution_margin_{_YEAR}",
        "money",
        "signals",
        f"margin of the customer's own orders in the last {YEAR_DAYS} days",
        None,
        lambda table, _: added(
            table[f"revenue_{_YEAR}"] - table[f"contribution_referrals_{_YEAR}"],
            table[f"contribution_returns_{_YEAR}"],
        ),
        learned=False,
    ),
    _orders(
        f"contribution_returns_{_YEAR}",
        "money",
        f"cost of the orders returned in the last {YEAR_DAYS} days",
        lambda table, _: money_sum(table[RETURNS_COST], where=within(table, YEAR_DAYS)),
    ),
    _orders(
        f"contribution_referrals_{_YEAR}",
        "money",
        f"share of what those brought contributed in the last {YEAR_DAYS} days",
        _referral_share,
    ),
)

SIGNALS = (*LARGE_ORDERS, *MIX, *USE, *PROMOTERS, *BREAKDOWN)
