"""What a training needs of time: dates, history, past days, the season ahead."""

import math

from tiercast.readiness.facts import BaseFacts
from tiercast.readiness.rule import ReadinessRule, error, recommendation, warning
from tiercast.snapshots.cutoffs import days_needed

TWO_YEARS_DAYS = 730
STALE = (
    "the last order is of {silence.last_day}, {silence.days} days before as_of, and a usual gap "
    "has {silence.usual_gap_days:.0f}: load the newer orders, or use an as_of up to "
    "{span.observed_until}; otherwise those days count as days on which nobody ordered"
)


def _most_gaps(facts: BaseFacts) -> float:
    """Return from how many usual gaps on orders are taken to be missing, as `monitor` does."""
    most = None if facts.silence is None else facts.silence.most_gaps
    return math.inf if most is None else most


TIME_RULES: tuple[ReadinessRule, ...] = (
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
        "days without an order before as_of, in usual gaps between order days",
        "gaps",
        "at most",
        lambda facts: facts.silence.gaps if facts.silence and facts.span.days_ahead else 0.0,
        (
            error(_most_gaps, STALE),
            warning(1, STALE),
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
        "grid_days",
        "days of the horizon that can have orders: any, unless all so far lie on a calendar grid",
        "days",
        "at least",
        lambda facts: len(facts.grid.days),
        (
            error(
                1,
                "all orders lie on {grid.rule}, so that it is certain that nobody orders within "
                "the horizon; use `outlook.horizon_days` of {grid.needed_days} or more, or "
                "another as_of",
                yields=False,
            ),
        ),
    ),
    ReadinessRule(
        "order_grid",
        "longest gap between days that can have orders: above 1 if all lie on a calendar grid",
        "days",
        "at most",
        lambda facts: facts.grid.usual_gap,
        (
            warning(
                1,
                "all orders lie on {grid.rule}, and what is forecast is what such days bring: see "
                "whether the source has the days on which customers ordered; if not, read every "
                "number as that of the days in the horizon, and train as of the day to be scored",
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
                lambda facts: max(
                    14,
                    facts.span.horizon_days // 3,
                    facts.grid.usual_gap,
                ),
                "see whether days are missing from the source, or a row is dated far off",
            ),
        ),
    ),
    ReadinessRule(
        "pace",
        "orders a day lately, against the horizon before",
        "times",
        "at least",
        lambda facts: facts.orders.pace if facts.grid.usual_gap == 1 else None,
        (
            warning(
                0.5,
                "see whether the last {span.every_days} days are loaded in full, or use an "
                "earlier as_of",
            ),
        ),
    ),
)
