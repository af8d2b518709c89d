"""What a training needs of customers: enough of them, of both kinds."""

from tiercast.modeling.component_models import FEWEST_ROWS
from tiercast.modeling.ensemble import SMALL_BASE
from tiercast.readiness.facts import outcome
from tiercast.readiness.rule import ReadinessRule, error, recommendation, warning

FEWEST_OF_A_KIND = FEWEST_ROWS // 10
BTYD_ANSWERS = (
    "with fewer the trees would learn noise, and the BTYD models answer alone, from when and for "
    "how much customers ordered"
)


CUSTOMER_RULES: tuple[ReadinessRule, ...] = (
    ReadinessRule(
        "customers",
        "customers with an order before as_of",
        "customers",
        "at least",
        lambda facts: facts.orders.customers,
        (error(1, "check the dates and the sign of `amount` in the source", yields=False),),
    ),
    ReadinessRule(
        "small_base",
        "different customers at the newest cutoff, each counted once",
        "customers",
        "at least",
        outcome(lambda outcomes: outcomes.customers),
        (
            recommendation(
                SMALL_BASE,
                "go by groups: tiers and segments of so few are rough. The answer is led by the "
                "BTYD models, unless past days teach otherwise, as trees and linear model learn "
                "from the same customers over and over ({outcomes.rows:,} rows); below "
                f"{FEWEST_ROWS} rows the BTYD models answer alone",
            ),
        ),
    ),
    ReadinessRule(
        "returning",
        "customers with orders on more than one day",
        "share",
        "at least",
        lambda facts: facts.orders.returning / max(1, facts.orders.customers),
        (
            recommendation(
                0.1,
                "see whether `customer_id` is the same at every order; if so, little can be told "
                "of customers who hardly ever come back",
            ),
        ),
    ),
    ReadinessRule(
        "both_outcomes",
        "of all cutoffs together those of the rarer outcome: an order within the horizon, or none",
        "rows",
        "at least",
        outcome(lambda outcomes: outcomes.rarer_outcome),
        (warning(1, "{outcomes.certainty}"),),
    ),
    ReadinessRule(
        "buyers",
        "customers who ordered within the horizon after the newest cutoff",
        "customers",
        "at least",
        outcome(lambda outcomes: outcomes.buyers),
        (
            warning(
                FEWEST_OF_A_KIND,
                "use a longer `outlook.horizon_days`: values and tiers of so few are hardly known",
            ),
            recommendation(
                FEWEST_ROWS,
                "use a longer `outlook.horizon_days` if it serves you too: tier cuts and "
                "intervals learnt from so few are rough",
            ),
        ),
    ),
    ReadinessRule(
        "non_buyers",
        "customers who did not order within it",
        "customers",
        "at least",
        outcome(lambda outcomes: outcomes.others),
        (
            warning(
                FEWEST_OF_A_KIND,
                "use a shorter `outlook.horizon_days`: the risk of so few is hardly known",
            ),
            recommendation(
                FEWEST_ROWS,
                "use a shorter `outlook.horizon_days` if it serves you too: a risk learnt from "
                "so few is rough",
            ),
        ),
    ),
    ReadinessRule(
        "rows",
        "customers at all cutoffs together",
        "rows",
        "at least",
        outcome(lambda outcomes: outcomes.rows),
        (warning(FEWEST_ROWS, f"load more customers or more days: {BTYD_ANSWERS}"),),
    ),
    ReadinessRule(
        "rarer_rows",
        "of them the rarer kind: ordered for some value, or did not order",
        "rows",
        "at least",
        outcome(lambda outcomes: outcomes.rarer_rows),
        (warning(FEWEST_OF_A_KIND, f"use another `outlook.horizon_days`: {BTYD_ANSWERS}"),),
    ),
)
