"""What customers contribute beside their own margin: the cost of returns, and who they brought.

A contribution is margin less a cost for each returned order, plus a share of the margin of those
whom the customer referred. The share counts on the day of the referred customer's order, so no
later order or referral changes it, and no order of the customer's own comes of it.
"""

import ibis
import ibis.expr.types as ir

from tiercast.contract.money import money_sum, rounded

RETURNS_COST, REFERRAL_SHARE = "returns_cost", "referral_share"  # columns of orders


def first_referrals(referrals: ir.Table) -> ir.Table:
    """Return who brought each customer first; of referrals at one time, the first id.

    Columns: bringer (of the type of customer ids), brought (text), referred_at. Nobody brings
    themselves. The first referral never changes, whatever comes later.
    """
    pairs = referrals.select(
        "referred_at",
        bringer=referrals.customer_id,
        brought=referrals.referred_customer_id.cast("string"),
    )
    pairs = pairs.filter(pairs.bringer.cast("string") != pairs.brought)
    first = ibis.window(group_by="brought", order_by=["referred_at", "bringer"])
    return (
        pairs.mutate(place=ibis.row_number().over(first)).filter(ibis._.place == 0).drop("place")
    )


def referral_credits(orders: ir.Table, referrals: ir.Table, share: float) -> ir.Table:
    """Return a share of what those brought have bought, as rows of orders of who brought them.

    One row per bringer and day, from the bringer's own first order on. Its `net_value` and
    `referral_share` are the credit; it is no order, and has no amount and no line.
    """
    firsts = orders.group_by(bringer=orders.customer_id).agg(first_on=orders.ordered_on.min())
    bought = orders.select("ordered_on", "net_value", brought=orders.customer_id.cast("string"))
    met = first_referrals(referrals).inner_join(bought, "brought").inner_join(firsts, "bringer")
    begun = ibis.greatest(met.referred_at.date(), met.first_on)
    counted = met.filter(met.ordered_on >= begun)
    days = counted.group_by(customer_id=counted.bringer, ordered_on=counted.ordered_on).agg(
        credit=money_sum(rounded(counted.net_value * share))
    )
    filled = {
        "ordered_at": days.ordered_on.cast("timestamp(6)"),
        "net_value": days.credit,
        REFERRAL_SHARE: days.credit,
        "order_value": days.credit,
        "in_order": ibis.literal(False),
        "is_order": ibis.literal(False),
    }
    nothing = ("net_amount", RETURNS_COST, "returned", "discount", "quantity", "lines")
    zeros = {name: ibis.literal(0) for name in nothing}
    columns = {"customer_id": days.customer_id, "ordered_on": days.ordered_on, **zeros, **filled}
    schema = orders.schema()
    return days.select(
        **{
            name: columns.get(name, ibis.null()).cast(kind.copy(nullable=True))
            for name, kind in schema.items()
        }
    )


def with_credits(orders: ir.Table, referrals: ir.Table, share: float) -> ir.Table:
    """Return orders with the rows of `referral_credits`; the orders' own `referral_share` is 0."""
    own = orders.mutate(**{REFERRAL_SHARE: ibis.literal(0.0)})
    return ibis.union(own, referral_credits(own, referrals, share).select(own.columns))
