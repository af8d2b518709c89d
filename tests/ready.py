"""Facts of a base that meets every need, for tests of what judges them."""

import datetime as dt
from dataclasses import replace

import numpy as np

from tiercast.readiness.facts import BaseFacts
from tiercast.readiness.gaps import Gap, Gaps
from tiercast.readiness.order_facts import OrderFacts
from tiercast.readiness.outcomes import Outcomes
from tiercast.readiness.profiles import ProfileColumn, Profiles
from tiercast.readiness.span import Span
from tiercast.readiness.tied_cuts import TiedCuts
from tiercast.snapshots.cutoffs import CutoffPlan
from tiercast.snapshots.far_days import FarDays
from tiercast.snapshots.further_plans import FurtherPlans
from tiercast.snapshots.grid import EVERY_DAY, GridAhead
from tiercast.snapshots.season import SeasonClock
from tiercast.snapshots.silence import Silence

AS_OF = dt.date(2024, 7, 1)
CUTOFFS = tuple(dt.date(2024, 4, 2) - dt.timedelta(days=30 * n) for n in range(7, -1, -1))
READY = BaseFacts(
    Span(AS_OF, dt.date(2022, 1, 1), AS_OF, 90, 30, 8, CUTOFFS, 90),
    OrderFacts(9_000, 5_000, 40.0, 0.01, 0.1, 2, 0.9),
    Outcomes(
        CUTOFFS[-1],
        8_000,
        3_000,
        60_000,
        25_000,
        3,
        3,
        TiedCuts(0.003, (12.99,), (91.96, 40.47), 2),
        26_000,
        90,
    ),
    SeasonClock(AS_OF, np.zeros(1), 1.1, "the last 180 days had +10% orders against a year ago"),
    Gaps(
        put_aside=Gap("`events`", 0.0),
        money=Gap("`transactions`", 0.0),
        unmatched=Gap("`customers`", 0.0),
        required=Gap("`events.event_at`", 0.0),
        optional=Gap("`customers.age`", 0.0),
    ),
    FarDays(),
    GridAhead.of(EVERY_DAY, AS_OF, 90),
    Silence(AS_OF, AS_OF - dt.timedelta(days=1), 1, 0, 1.0, 3.0),
    profiles=Profiles((ProfileColumn("age", explained=0.01, auc=0.55),), past_auc=0.8),
    further=FurtherPlans((CutoffPlan(CUTOFFS, 30, 30, 8, 30),)),
)


def but(**changes: dict[str, object]) -> BaseFacts:
    """Return the facts with some changed: `but(span={"horizon_days": 30})`."""
    parts = {name: replace(getattr(READY, name), **fields) for name, fields in changes.items()}
    return replace(READY, **parts)
