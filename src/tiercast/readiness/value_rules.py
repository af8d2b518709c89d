"""What a training needs of values: money, tiers that can be cut, no dominant order."""

from tiercast.readiness.facts import outcome
from tiercast.readiness.rule import ReadinessRule, at_least, at_most, error, warning

VALUE_RULES: tuple[ReadinessRule, ...] = (
    at_least(
        "mean_order",
        "mean value of an order",
        "money",
        lambda facts: facts.orders.mean_order,
        error(0.01, "check the unit of `amount`, and of `cost` for margin, in the source"),
    ),
    at_most(
        "same_value",
        "orders that have the most common value",
        "share",
        lambda facts: facts.orders.same_share,
        warning(
            0.95,
            "check that `amount` is the money paid; if all orders have the same value, value "
            "and tiers show no more than the number of orders",
        ),
    ),
    at_least(
        "tiers",
        "tiers that past buyers fell into, without the last tier",
        "tiers",
        outcome(lambda outcomes: outcomes.tiers),
        error(
            lambda facts: 0 if facts.outcomes is None else facts.outcomes.wanted_tiers,
            "many buyers have the same value: use `tiers.method: amounts`, fewer "
            "`tiers.names` or a longer `outlook.horizon_days`",
            yields=False,
        ),
    ),
    at_most(
        "tied_cuts",
        "past buyers whose value is exactly the amount at which a tier begins",
        "share",
        outcome(lambda outcomes: outcomes.tied.share if outcomes.tied else None),
        warning(
            0.05,
            "a forecast cannot decide on which side of the cut they fall, so tiers will be "
            "too large or too small; use {outcomes.tied.way_out}",
        ),
    ),
    at_most(
        "outlying_orders",
        "orders and returns far beyond the tail of all others",
        "rows",
        lambda facts: 0 if facts.outlying is None else facts.outlying.rows,
        warning(
            0,
            "{outlying}; check that their amounts are right and in the unit of the others, "
            "and fix them in the source if not",
        ),
    ),
    at_most(
        "odd_days",
        "days whose usual order is many times larger or smaller than on other days",
        "days",
        lambda facts: facts.odd_days.count,
        warning(
            0,
            "check whether the amounts of {odd_days.first} are in another unit (cents, "
            "thousands): its usual order is {odd_days.shown} times that of other days",
        ),
    ),
    at_most(
        "largest_order",
        "the largest order's share of all value",
        "share",
        lambda facts: facts.orders.largest_share,
        warning(0.1, "check whether its amount is in another unit: it dominates the total"),
    ),
    at_most(
        "customer_share",
        "the largest customer's share of all value",
        "share",
        lambda facts: facts.orders.customer_share,
        warning(
            0.1,
            "check whether {orders.largest_customer} is one customer, not a till or a "
            "reseller; if so, leave them out of the source and plan for them separately: "
            "totals and their intervals depend on this customer",
        ),
    ),
)
