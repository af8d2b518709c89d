"""Signals that customers or orders are missing or unusually many."""

from collections.abc import Iterator

from tiercast.config.message import Message
from tiercast.monitoring.order_flow import WINDOW_DAYS
from tiercast.monitoring.signal import MonitoringData, Signal, usually

STEPS_AT_MOST = 2.0  # of a schedule, from one scored day to the next: one run may be missed


def gone(data: MonitoringData) -> Iterator[Signal]:
    """Return the share of customers gone from the data."""
    people = data.population
    reason = Message.of(
        "{people.gone:,} of {people.then:,} customers are no more in the data ({share:.0%}), "
        "{people.now:,} are there; look at the source",
        people=people,
        share=people.gone / people.then,
    )
    yield Signal("customers", people.gone / people.then, reason)


def new(data: MonitoringData) -> Iterator[Signal]:
    """Return the customers new since training, against those then."""
    people = data.population
    share = people.new / people.then
    usual = people.usual_growth
    reason = Message.of(
        "{new:,} customers are new since training, {share:.0%} of those then{usual}",
        new=people.new,
        share=share,
        usual=usually(usual),
    )
    yield Signal("customers", share, reason, usual)


def stale(data: MonitoringData) -> Iterator[Signal]:
    """Return how many usual gaps ago the last order was."""
    silence = data.flow.silence
    closed = Message.of(" ({days} of them closed)", days=silence.closed_days)
    reason = Message.of(
        "the last order is of {silence.last_day}, {silence.days} days before {silence.as_of}"
        "{closed}; between order days there are usually up to {silence.usual_gap_days:.0f}; are "
        "orders missing?",
        silence=silence,
        closed=closed if silence.closed_days else "",
    )
    yield Signal("orders", silence.gaps, reason)


def unscored(data: MonitoringData) -> Iterator[Signal]:
    """Return how many of the schedule's steps ago the newest scores were made."""
    scoring = data.scoring
    if scoring is not None and scoring.steps is not None:
        reason = Message.of(
            "the newest scores are of {scoring.newest}, {scoring.days_since} days before "
            "{scoring.as_of}; days are usually scored every {scoring.step_days:g} days: did "
            "scoring stop? Look at the schedule and at <output>/runs/",
            scoring=scoring,
        )
        yield Signal("scores", scoring.steps, reason, STEPS_AT_MOST)


def volume(data: MonitoringData) -> Iterator[Signal]:
    """Return the factor by which orders and money rose or fell."""
    for one in data.flow.volumes:
        if one.size is not None:
            reason = Message.of(
                "{name!t} in the last {days} days: {last}; in those before: {before}; a year ago: "
                "{year_ago}",
                name=one.name,
                days=WINDOW_DAYS,
                last=_shown(one.last),
                before=_shown(one.before),
                year_ago=_shown(one.year_ago),
            )
            yield Signal(one.name, one.size, reason)


def _shown(amount: float | None) -> str:
    return Message.of("not known") if amount is None else f"{amount:,.0f}"
