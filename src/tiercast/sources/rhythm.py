"""How often customers order again, and the horizon that suits it."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from tiercast.config.message import Message

HORIZONS = (28, 30, 60, 90, 180)
USUAL = 90
GAPS_IN_HORIZON = 2  # most repeat customers order again within two usual gaps
SPAN_IN_HORIZONS = 5 / 3  # two thirds of a horizon for training, a whole one for its outcomes


@dataclass(frozen=True)
class OrderRhythm:
    """The median gap between a customer's order days (None: no repeat orders), and the span."""

    median_gap_days: float | None
    first_day: dt.date
    last_day: dt.date

    @property
    def span_days(self) -> int:
        """Days from the first order to the last, both included."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True)
class SuggestedHorizon:
    """A number of days and the reason for it in words."""

    days: int
    reason: str


def order_rhythm(transactions: ir.Table) -> OrderRhythm | None:
    """Return the rhythm of canonical transactions; None where no row has a time."""
    dated = transactions.filter(transactions.ordered_at.notnull())
    days = dated.select("customer_id", day=dated.ordered_at.date()).distinct()
    window = ibis.window(group_by="customer_id", order_by="day")
    gaps = days.mutate(gap_days=days.day.delta(days.day.lag().over(window), unit="day"))
    row = gaps.agg(
        gap=gaps.gap_days.cast("float64").median(), first=gaps.day.min(), last=gaps.day.max()
    ).to_pyarrow()
    seen = row.to_pylist()[0]
    return None if seen["first"] is None else OrderRhythm(seen["gap"], seen["first"], seen["last"])


def suggest_horizon(rhythm: OrderRhythm) -> SuggestedHorizon:
    """Return twice the median gap, rounded to a usual number of days, as long as the data allows.

    Examples
    --------
    >>> year = dt.date(2023, 1, 1), dt.date(2023, 12, 31)
    >>> suggest_horizon(OrderRhythm(34.0, *year)).days
    60
    >>> suggest_horizon(OrderRhythm(None, *year)).reason
    'no customer ordered again: a guess'
    """
    bearable = [days for days in HORIZONS if days * SPAN_IN_HORIZONS <= rhythm.span_days]
    if not bearable:
        return SuggestedHorizon(
            HORIZONS[0], Message.of("the data span only {days} days: short", days=rhythm.span_days)
        )
    if rhythm.median_gap_days is None:
        guess = Message.of("no customer ordered again: a guess")
        return SuggestedHorizon(_nearest(USUAL, bearable), guess)
    wanted = GAPS_IN_HORIZON * rhythm.median_gap_days
    days = _nearest(wanted, bearable)
    reason = "{twice}, rounded"
    if wanted < HORIZONS[0]:
        reason = "{twice}, but at least four weeks"
    elif days != _nearest(wanted, HORIZONS):
        reason = "{twice}, cut to what {span} days of data bear"
    twice = Message.of(
        "twice the median gap between a customer's orders ({gap:g} days)",
        gap=rhythm.median_gap_days,
    )
    return SuggestedHorizon(days, Message.of(reason, twice=twice, span=rhythm.span_days))


def _nearest(wanted: float, usual: Sequence[int]) -> int:
    """Return the usual number nearest in proportion: 42 is nearer to 60 than to 28."""
    return min(usual, key=lambda days: abs(math.log(days / max(wanted, 1))))
