"""What a training needs: one row of `RULES` per need, with what to do where it is not met."""

from collections.abc import Callable

from tiercast.modeling.heads import FEWEST_ROWS
from tiercast.readiness.facts import Facts
from tiercast.readiness.outcomes import Outcomes
from tiercast.readiness.rule import ReadinessRule, error, recommendation, warning
from tiercast.snapshots.cutoffs import days_needed

FEWEST_OF_A_KIND = FEWEST_ROWS // 10
SMALL_BASE = 500  # customers
TWO_YEARS_DAYS = 730
BTYD_ANSWERS = (
    "with fewer the trees would learn noise, and the BTYD models answer alone, from when and for "
    "how much customers ordered"
)


def _outcome(count: Callable[[Outcomes], float | None]) -> Callable[[Facts], float | None]:
    return lambda facts: None if facts.outcomes is None else count(facts.outcomes)


def _both_kinds_came(facts: Facts) -> bool:
    """Answer whether there is somebody of either kind to learn from at some cutoff."""
    return facts.outcomes is not None and facts.outcomes.rarer_rows > 0


RULES: tuple[ReadinessRule, ...] = (
    ReadinessRule(
        "far_dates",
        "order lines dated far beyond all others, behind a gap like no other",
        "rows",
        "at most",
        lambda facts: facts.far.lines,
        (
            error(
                0,
                "mend the dates from {far.first} on in the source, or use an as_of up to "
                "{far.resumed}: all else is judged as of a day that is none",
            ),
        ),
    ),
    ReadinessRule(
        "fresh",
        "days that as_of lies beyond the last order line",
        "days",
        "at most",
        lambda facts: facts.span.days_ahead,
        (
            error(
                0,
                "load the newer orders, or use an as_of up to {span.observed_until}",
                yields=False,
            ),
        ),
    ),
    ReadinessRule(
        "history",
        "days from the first order to as_of",
        "days",
        "at least",
        lambda facts: facts.span.history_days,
        (
            error(
                lambda facts: days_needed(facts.span.horizon_days),
                "use an as_of from {span.earliest_as_of} on, or a shorter `outlook.horizon_days`",
                yields=False,
            ),
            warning(
                lambda facts: 3 * facts.span.horizon_days,
                "load older orders, or shorten `outlook.horizon_days`: it takes about three "
                "horizons to forecast a past one with what was known then",
            ),
            recommendation(
                TWO_YEARS_DAYS,
                "load older orders if there are any: two years tell season from trend",
            ),
        ),
    ),
    ReadinessRule(
        "cutoffs",
        "past days to learn from",
        "cutoffs",
        "at least",
        lambda facts: len(facts.span.cutoffs),
        (
            warning(
                lambda facts: facts.span.wanted_cutoffs,
                "load older orders, or ask for fewer `train.snapshots`",
            ),
        ),
    ),
    ReadinessRule(
        "past_windows",
        "past days that older ones can forecast",
        "cutoffs",
        "at least",
        lambda facts: facts.span.past_windows,
        (
            warning(
                1,
                "load older orders, or shorten `outlook.horizon_days`: without any, level and "
                "scatter are learnt from unseen customers of one window, which cannot show drift",
            ),
            recommendation(2, "load older orders: one past window cannot show a level that moves"),
        ),
    ),
    ReadinessRule(
        "season",
        "days of the coming horizon whose season a year before tells",
        "days",
        "at least",
        lambda facts: facts.span.horizon_days if facts.season.is_open else 0,
        (
            warning(
                lambda facts: facts.span.horizon_days,
                "{season.reason}; go by intervals, which are widened for it, rather than by "
                "totals, or load older orders if the year before is missing",
            ),
        ),
    ),
    ReadinessRule(
        "silence",
        "longest stretch of days without any order",
        "days",
        "at most",
        lambda facts: facts.orders.silence_days,
        (
            warning(
                lambda facts: max(14, facts.span.horizon_days // 3),
                "see whether days are missing from the source, or a row is dated far off",
            ),
        ),
    ),
    ReadinessRule(
        "pace",
        "orders a day lately, against the horizon before",
        "times",
        "at least",
        lambda facts: facts.orders.pace,
        (
            warning(
                0.5,
                "see whether the last {span.every_days} days are loaded in full, or use an "
                "earlier as_of",
            ),
        ),
    ),
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
        _outcome(lambda outcomes: outcomes.customers),
        (
            recommendation(
                SMALL_BASE,
                "go by groups: tiers and segments of so few are rough, and trees and linear model "
                "learn from the same customers over and over ({outcomes.rows:,} rows); the BTYD "
                f"models stand beside them, and answer alone below {FEWEST_ROWS} rows",
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
        "buyers",
        "customers who ordered within the horizon after the newest cutoff",
        "customers",
        "at least",
        _outcome(lambda outcomes: outcomes.buyers),
        (
            error(
                1, "use a longer `outlook.horizon_days`, or another as_of", yields=_both_kinds_came
            ),
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
        _outcome(lambda outcomes: outcomes.others),
        (
            error(
                1,
                "use a shorter `outlook.horizon_days`, or another as_of",
                yields=_both_kinds_came,
            ),
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
        _outcome(lambda outcomes: outcomes.rows),
        (warning(FEWEST_ROWS, f"load more customers or more days: {BTYD_ANSWERS}"),),
    ),
    ReadinessRule(
        "rarer_rows",
        "of them the rarer kind: ordered for some value, or did not order",
        "rows",
        "at least",
        _outcome(lambda outcomes: outcomes.rarer_rows),
        (warning(FEWEST_OF_A_KIND, f"use another `outlook.horizon_days`: {BTYD_ANSWERS}"),),
    ),
    ReadinessRule(
        "mean_order",
        "mean value of an order",
        "money",
        "at least",
        lambda facts: facts.orders.mean_order,
        (error(0.01, "check the unit of `amount`, and of `cost` for margin, in the source"),),
    ),
    ReadinessRule(
        "same_value",
        "orders that have the most common value",
        "share",
        "at most",
        lambda facts: facts.orders.same_share,
        (
            warning(
                0.95,
                "see whether `amount` is the money paid; if all orders are worth the same, value "
                "and tiers tell no more than the number of orders",
            ),
        ),
    ),
    ReadinessRule(
        "tiers",
        "tiers that buyers fell into in the past, but for the last one",
        "tiers",
        "at least",
        _outcome(lambda outcomes: outcomes.tiers),
        (
            error(
                lambda facts: 0 if facts.outcomes is None else facts.outcomes.wanted_tiers,
                "many buyers are worth the same: use `tiers.method: amounts`, fewer "
                "`tiers.names` or a longer `outlook.horizon_days`",
                yields=False,
            ),
        ),
    ),
    ReadinessRule(
        "tied_cuts",
        "buyers of the past worth exactly the amount at which a tier begins",
        "share",
        "at most",
        _outcome(lambda outcomes: outcomes.tied.share if outcomes.tied else None),
        (
            warning(
                0.05,
                "a forecast cannot tell on which side of it they will fall, so that tiers will be "
                "too large or too small; use {outcomes.tied.way_out}",
            ),
        ),
    ),
    ReadinessRule(
        "largest_order",
        "the largest order's share of all value",
        "share",
        "at most",
        lambda facts: facts.orders.largest_share,
        (warning(0.1, "see whether its amount is in another unit: it rules the total"),),
    ),
    ReadinessRule(
        "customer_share",
        "the largest customer's share of all value",
        "share",
        "at most",
        lambda facts: facts.orders.customer_share,
        (
            warning(
                0.1,
                "see whether {orders.largest_customer} is one customer, not a till or a reseller; "
                "if so, leave them out of the source and plan for them by hand: totals and their "
                "intervals hang on what one customer does",
            ),
        ),
    ),
    ReadinessRule(
        "put_aside",
        "rows put aside, in the table with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.put_aside.share,
        (
            error(0.5, "mend {gaps.put_aside.name} as the data report says"),
            warning(0.05, "mend {gaps.put_aside.name} as the data report says"),
        ),
    ),
    ReadinessRule(
        "required_values",
        "empty values, in the required column with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.required.share,
        (warning(0.05, "fill {gaps.required.name} in the source: its rows are put aside"),),
    ),
    ReadinessRule(
        "optional_values",
        "empty values, in the optional column with most of them",
        "share",
        "at most",
        lambda facts: facts.gaps.optional.share,
        (
            warning(0.95, "map {gaps.optional.name} to a column that is filled"),
            recommendation(
                0.2,
                "fill {gaps.optional.name} where you can: features made of it know only the rest",
            ),
        ),
    ),
)
