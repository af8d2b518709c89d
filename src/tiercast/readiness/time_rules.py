"""What a training needs of time: dates, history, past days, the season ahead."""

import math

from tiercast.readiness.facts import BaseFacts
from tiercast.readiness.rule import (
    ReadinessRule,
    at_least,
    at_most,
    error,
    recommendation,
    warning,
)
from tiercast.snapshots.cutoffs import days_needed

TWO_YEARS_DAYS = 730
STALE = (
    "the last order is of {silence.last_day}, {silence.days} days before as_of; a usual gap has "
    "{silence.usual_gap_days:.0f} days: load the newer orders, or use an as_of up to "
    "{span.observed_until}; otherwise those days count as days without orders"
)


def _season_days(facts: BaseFacts) -> float | None:
    """Return the days ahead that a year before shows; None where contracts say what is paid."""
    if facts.has_contracts:
        return None
    return facts.span.horizon_days if facts.season.is_open else 0


def _most_gaps(facts: BaseFacts) -> float:
    """Return the number of usual gaps from which orders count as missing, as in `monitor`."""
    most = None if facts.silence is None else facts.silence.most_gaps
    return math.inf if most is None else most


TIME_RULES: tuple[ReadinessRule, ...] = (
    at_most(
        "far_dates",
        "order lines dated far after all others, behind an unusually long gap",
        "rows",
        lambda facts: facts.far.lines,
        error(
            0,
            "fix the dates from {far.first} on in the source, or use an as_of up to "
            "{far.resumed}: all other rules are measured as of a wrong day",
        ),
    ),
    at_most(
        "fresh",
        "days without an order before as_of, in usual gaps between order days",
        "gaps",
        lambda facts: facts.silence.gaps if facts.silence and facts.span.days_ahead else 0.0,
        error(_most_gaps, STALE),
        warning(1, STALE),
    ),
    at_least(
        "history",
        "days from the first order to as_of",
        "days",
        lambda facts: facts.span.history_days,
        error(
            lambda facts: days_needed(facts.span.horizon_days),
            "use an as_of from {span.earliest_as_of} on, or a shorter `outlook.horizon_days`",
            yields=False,
        ),
        warning(
            lambda facts: 3 * facts.span.horizon_days,
            "load older orders, or shorten `outlook.horizon_days`: a backtest of one past "
            "horizon needs about three horizons",
        ),
        recommendation(
            TWO_YEARS_DAYS,
            "load older orders if there are any: two years separate season from trend",
        ),
    ),
    at_least(
        "further_horizons",
        "further horizons that the history is long enough for",
        "horizons",
        lambda facts: len(facts.further.plans) if facts.further.wanted else None,
        warning(
            lambda facts: facts.further.wanted,
            "there will be no forecasts of {further.missing_days} days: use an as_of from "
            "{further.earliest_as_of} on, load older orders, or take these horizons out of "
            "`outlook.horizon_days`; the other horizons are trained all the same",
        ),
    ),
    at_least(
        "cutoffs",
        "past days to train on",
        "cutoffs",
        lambda facts: len(facts.span.cutoffs),
        warning(
            lambda facts: facts.span.wanted_cutoffs,
            "load older orders, or set fewer `train.snapshots`",
        ),
    ),
    at_least(
        "past_windows",
        "past days that can be forecast from older ones",
        "cutoffs",
        lambda facts: facts.span.past_windows,
        warning(
            1,
            "load older orders, or shorten `outlook.horizon_days`: without any, level and "
            "scatter are estimated from unseen customers of one window, which shows no drift",
        ),
        recommendation(2, "load older orders: one past window cannot show how the level changes"),
    ),
    at_least(
        "season",
        "days of the horizon with a comparable day one year before",
        "days",
        _season_days,
        warning(
            lambda facts: facts.span.horizon_days,
            "{season.reason}; use the intervals, which are widened for it, rather than the "
            "totals, or load older orders if the year before is missing",
        ),
    ),
    at_least(
        "grid_days",
        "days of the horizon that can have orders: all, unless orders follow a calendar grid",
        "days",
        lambda facts: len(facts.grid.days),
        error(
            1,
            "all orders lie on {grid.rule}, so nobody can order within the horizon; use "
            "`outlook.horizon_days` of {grid.needed_days} or more, or another as_of",
            yields=False,
        ),
    ),
    at_most(
        "order_grid",
        "longest gap between days that can have orders: above 1 on a calendar grid",
        "days",
        lambda facts: facts.grid.usual_gap,
        warning(
            1,
            "all orders lie on {grid.rule}, and forecasts are for such days only: check "
            "whether the source has the real order days; if not, read every number as that "
            "of the grid days in the horizon, and train as of the day to be scored",
        ),
    ),
    at_most(
        "silence",
        "longest stretch of days without any order",
        "days",
        lambda facts: facts.orders.silence_days,
        warning(
            lambda facts: max(14, facts.span.horizon_days // 3, facts.grid.usual_gap),
            "check whether days are missing from the source, or a row has a wrong date",
        ),
    ),
    at_least(
        "pace",
        "orders per day lately, as a multiple of the horizon before",
        "times",
        lambda facts: facts.orders.pace if facts.grid.usual_gap == 1 else None,
        warning(
            0.5,
            "check that the last {span.every_days} days are loaded completely, or use an "
            "earlier as_of",
        ),
    ),
)
