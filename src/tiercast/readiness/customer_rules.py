"""What a training needs of customers: enough of them, with and without orders."""

from tiercast.modeling.base_size import FEWEST_ROWS, SMALL_BASE
from tiercast.readiness.facts import outcome
from tiercast.readiness.rule import ReadinessRule, at_least, error, recommendation, warning

FEWEST_OF_A_KIND = FEWEST_ROWS // 10
BTYD_ALONE = (
    "with fewer the trees would fit noise, and only the BTYD models forecast, from the times and "
    "amounts of orders"
)


CUSTOMER_RULES: tuple[ReadinessRule, ...] = (
    at_least(
        "customers",
        "customers with an order before as_of",
        "customers",
        lambda facts: facts.orders.customers,
        error(1, "check the dates and the sign of `amount` in the source", yields=False),
    ),
    at_least(
        "small_base",
        "different customers at the newest cutoff, each counted once",
        "customers",
        outcome(lambda outcomes: outcomes.customers),
        recommendation(
            SMALL_BASE,
            "use groups rather than single customers: tiers and segments of so few are rough. "
            "The BTYD models lead the forecast unless past days favour others, because trees "
            "and linear model see the same customers many times ({outcomes.rows:,} rows); "
            f"below {FEWEST_ROWS} rows only the BTYD models forecast",
        ),
    ),
    at_least(
        "returning",
        "customers with orders on more than one day",
        "share",
        lambda facts: facts.orders.returning / max(1, facts.orders.customers),
        recommendation(
            0.1,
            "check that `customer_id` is the same in every order; if it is, little can be "
            "predicted for customers who hardly ever return",
        ),
    ),
    at_least(
        "both_outcomes",
        "rows of all cutoffs with the rarer outcome: an order within the horizon, or none",
        "rows",
        outcome(lambda outcomes: outcomes.rarer_outcome),
        warning(1, "{outcomes.certainty}"),
    ),
    at_least(
        "buyers",
        "customers who ordered within the horizon after the newest cutoff",
        "customers",
        outcome(lambda outcomes: outcomes.buyers),
        warning(
            FEWEST_OF_A_KIND,
            "use a longer `outlook.horizon_days`: values and tiers of so few are uncertain",
        ),
        recommendation(
            FEWEST_ROWS,
            "use a longer `outlook.horizon_days` if it suits you: tier cuts and intervals "
            "estimated from so few are rough",
        ),
    ),
    at_least(
        "non_buyers",
        "customers who did not order within that horizon",
        "customers",
        outcome(lambda outcomes: outcomes.others),
        warning(
            FEWEST_OF_A_KIND,
            "use a shorter `outlook.horizon_days`: the risk of so few is uncertain",
        ),
        recommendation(
            FEWEST_ROWS,
            "use a shorter `outlook.horizon_days` if it suits you: a risk estimated from so "
            "few is rough",
        ),
    ),
    at_least(
        "rows",
        "customers at all cutoffs together",
        "rows",
        outcome(lambda outcomes: outcomes.rows),
        warning(FEWEST_ROWS, f"load more customers or more days: {BTYD_ALONE}"),
    ),
    at_least(
        "rarer_rows",
        "rows with the rarer outcome: an order of some value, or no order",
        "rows",
        outcome(lambda outcomes: outcomes.rarer_rows),
        warning(FEWEST_OF_A_KIND, f"use another `outlook.horizon_days`: {BTYD_ALONE}"),
    ),
)
