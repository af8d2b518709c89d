"""What is to be known of a base before it is trained, measured once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from tiercast.readiness.gaps import Gaps, measure_gaps
from tiercast.readiness.order_facts import OrderFacts, measure_orders
from tiercast.readiness.outcomes import Outcomes, measure_outcomes
from tiercast.readiness.profiles import Profiles, measure_profiles
from tiercast.readiness.span import Span
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.closures import closed_days
from tiercast.snapshots.far_days import FarDays, far_days, lines_by_day
from tiercast.snapshots.further_plans import NO_FURTHER, FurtherPlans
from tiercast.snapshots.grid import EVERY_DAY, GridAhead, known_until
from tiercast.snapshots.odd_days import NO_ODD_DAYS, OddDays, odd_days
from tiercast.snapshots.outlying import OutlyingOrders, order_limit, outlying_orders
from tiercast.snapshots.season import SeasonClock
from tiercast.snapshots.silence import Silence
from tiercast.sources.canonical import CustomerBase


@dataclass(frozen=True)
class BaseFacts:
    """A base as of a day; `outcomes` is None where the history has room for no cutoff.

    `season` is the clock that a training as of that day goes by, `silence` the days since the
    last order; None without any. `grid` is the days ahead that can have orders: all, but where
    those so far lie on a calendar grid. `outlying` orders lie far beyond all others, None: none
    do; on `odd_days` all orders do. `profiles` has the undated profile columns, None: none.
    `further` has the cutoffs of further horizons.
    """

    span: Span
    orders: OrderFacts
    outcomes: Outcomes | None
    season: SeasonClock
    gaps: Gaps
    far: FarDays
    grid: GridAhead
    silence: Silence | None = None
    outlying: OutlyingOrders | None = None
    odd_days: OddDays = NO_ODD_DAYS
    profiles: Profiles | None = None
    further: FurtherPlans = NO_FURTHER
    has_contracts: bool = False


def outcome(count: Callable[[Outcomes], float | None]) -> Callable[[BaseFacts], float | None]:
    """Return what looks up a count among the outcomes of facts; None where there are none."""
    return lambda facts: None if facts.outcomes is None else count(facts.outcomes)


def measure(base: CustomerBase, activity: CustomerActivity, as_of: dt.date) -> BaseFacts:
    """Return the facts of a base as of a day after its first order line."""
    begun, daily = activity.orders.filter(activity.orders.is_order), activity.daily_orders
    first = daily.first if len(daily.counts) else base.first_day
    grid = daily.grid(as_of)
    observed_until = known_until(grid, base.observed_until)
    calendar = daily.calendar(as_of, base.config.outlook.horizon_days)
    span = Span.of(base.config, first, observed_until, as_of, calendar)
    orders = measure_orders(
        begun,
        as_of,
        closed_days(daily.before(as_of)),
        newest_days=span.every_days,
        before_days=span.horizon_days,
    )
    outcomes = measure_outcomes(
        activity.orders,
        span.cutoffs,
        base.config,
        observed_until=as_of,
        window_days=span.window_days,
    )
    far = far_days(lines_by_day(activity.orders, as_of))
    season = daily.clock(as_of, span.window_days)
    most_gaps = base.config.monitor.stale.look
    silence = Silence.of(daily, as_of, most_gaps) if daily.before(as_of).any() else None
    ahead = GridAhead.of(grid or EVERY_DAY, as_of, span.horizon_days)
    of_contracts = base.config.has_contracts  # their payments are what they are
    odd = NO_ODD_DAYS if of_contracts else odd_days(begun, as_of)
    limit = None if of_contracts else order_limit(activity.orders, as_of, odd)
    outlying = outlying_orders(activity.orders, limit, as_of, odd)
    gaps = measure_gaps(base, activity.orders)
    profiles = measure_profiles(
        activity,
        span.cutoffs,
        window_days=span.window_days,
        observed_until=as_of,
        without=(*base.config.features.without, *base.config.protected),
    )
    further = FurtherPlans.of(base.config, daily, first, as_of)
    return BaseFacts(
        span,
        orders,
        outcomes,
        season,
        gaps,
        far,
        ahead,
        silence,
        outlying,
        odd,
        profiles,
        further,
        base.config.has_contracts,
    )
