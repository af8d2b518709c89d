"""`tiercast churn-definition CONFIG`: definitions of churn compared on past data."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

import ibis.expr.types as ir
import pandas as pd

from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message, joined
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.definitions.candidates import candidates_for, fixed_windows
from tiercast.definitions.comparison import compare_definitions
from tiercast.definitions.outcomes import past_cutoffs, sample_share
from tiercast.definitions.recommendation import RULE, Recommendation, recommend
from tiercast.feature_store.history import open_history
from tiercast.readiness.facts import measure
from tiercast.readiness.finding_text import sentence, verdict
from tiercast.readiness.judgement import judge
from tiercast.sinks.recorded_run import RecordedRun, recorded_here
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.follow_up import FollowUp, plan_follow_up
from tiercast.snapshots.history import history
from tiercast.snapshots.sample import sampled
from tiercast.snapshots.silence import Silence
from tiercast.sources.canonical import CustomerBase


@dataclass(frozen=True)
class ChurnDefinitions:
    """Candidate definitions measured on past data (see `compare_definitions`), and the advice.

    Customers silent for more than `active_days` at a cutoff are not judged: they had left before.
    `share` of the customers were measured, sampled by a hash of the id. `training` says whether
    a training with the recommended horizon (else the config's) is possible, or why not.
    """

    name: str
    candidates: pd.DataFrame
    recommendation: Recommendation
    plan: FollowUp
    active_days: int | None
    share: float
    training: str = ""
    rule: str = RULE


def churn_definition(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> ChurnDefinitions:
    """Compare definitions of churn on the past before `as_of`, and recommend one, if one does.

    `as_of` is by default the day after the last order; nothing at or after it is looked at.

    Raises
    ------
    InputError
        `as_of` lies outside the data, or the history before it is too short to judge any window.
    """
    settings, progress = load_config(config), progress or Silent()
    settings.kind.refuse("churn-definition")
    with recorded_here(settings, "churn-definition", progress) as recorded:
        return _compared(settings, as_of, recorded, progress)


def _compared(
    settings: Config, as_of: dt.date | str | None, recorded: RecordedRun, progress: Progress
) -> ChurnDefinitions:
    progress.stage("read and check the data")
    with open_history(settings, as_of, progress) as history:
        base = history.base
        day = history.day
        recorded.claim(day)
        order_days = history.activity.order_days
        first = _first_order_day(order_days, day)
        silence = Silence.of(history.activity.daily_orders, day, settings.monitor.stale.look)
        silence.refuse_stale("Churn cannot be judged", base.observed_until)
        candidates = candidates_for(settings.outlook.horizon_days)
        plan = plan_follow_up(day, first, fixed_windows(candidates))
        share = sample_share(order_days, day)
        pasts = past_cutoffs(
            sampled(order_days, share), plan, settings.outlook.active_days, progress
        )
        progress.stage("compare the definitions")
        compared = compare_definitions(candidates, pasts, plan)
        found = recommend(compared, plan)
        training = _training(base, history.activity, day, found.horizon_days)
    return ChurnDefinitions(
        name=settings.name,
        candidates=compared,
        recommendation=found,
        plan=plan,
        active_days=settings.outlook.active_days,
        share=share,
        training=training,
    )


def _training(
    base: CustomerBase, activity: CustomerActivity, day: dt.date, horizon_days: int | None
) -> str:
    """Return whether a training with that horizon is ready, and why it is not."""
    days = horizon_days or base.config.outlook.horizon_days
    outlook = base.config.outlook.model_copy(update={"horizon_days": days})
    tried = base.config.model_copy(update={"outlook": outlook})
    readiness = judge(measure(replace(base, config=tried), activity, day))
    certain = [one for one in readiness.findings if one.rule == "both_outcomes"]
    points = [*readiness.errors, *(one for one in certain if one.state != "ok")]
    ready = Message.of("With {days} days: {verdict}", days=days, verdict=verdict(readiness))
    return joined(ready, *map(sentence, points))


def _first_order_day(order_days: ir.Table, as_of: dt.date) -> dt.date:
    """Return the day of the first order; a base may begin with returns."""
    known = history(order_days, "ordered_at", [as_of])
    first = known.ordered_on.min().to_pyarrow().as_py()
    if first is None:
        raise InputError(
            f"No order before as_of={as_of} has a positive amount, so nobody could leave; use a "
            "later as_of, or check the sign of `amount` in the source."
        )
    return dt.date(first.year, first.month, first.day)
