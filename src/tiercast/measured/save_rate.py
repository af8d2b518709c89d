"""The save rate: which share of those who would leave a contact keeps, and what that stands on."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiercast.config.budget import BudgetConfig
from tiercast.config.errors import InputError
from tiercast.config.message import Message, joined
from tiercast.config.nearest import hint
from tiercast.measured.ledger import Z95
from tiercast.measured.records import Measured

ORDERED = "ordered"  # the outcome: whether a customer ordered within the window
FACTORS = {"half": 0.5, "assumed": 1.0, "double": 2.0}  # of an assumed save rate
NOTHING_MEASURED = (
    "The budget stands on campaign `{name}`, but none was measured that says how many more "
    "customers ordered. Measure it: `tiercast experiment measure CONFIG {name}`, or state an "
    "assumption: `budget: {{save_rate: 0.05, cost: {cost:g}}}`."
)
NOT_MEASURED = (
    "The budget stands on campaign `{name}`, but no such campaign or arm was measured; {hint} "
    "Measure it: `tiercast experiment measure CONFIG CAMPAIGN`, or state an assumption: "
    "`budget: {{save_rate: 0.05, cost: {cost:g}}}`."
)
ASSUMED = "assumed"
MEASURED = "measured in campaign {name}: {points:+.1f} points, 95% {low:+.1f} to {high:+.1f}"
IS_ASSUMED = "The save rate of {rate:.3g}% is assumed: no campaign measured it."
IS_MEASURED = (
    "The save rate of {rate:.3g}% (95% interval {rate_low:.3g}% to {rate_high:.3g}%) was measured "
    "in campaign {name}: within {days} days {points:+.1f} percentage points more ordered than of "
    "those left alone ({low:+.1f} to {high:+.1f})."
)
UNSURE = "The interval holds 0: it is not shown that contacts keep anybody."
LATER = "The campaign was over on {until}, after the day of these scores."
OTHER_WINDOW = (
    "The churn risk is that of {horizon} days: what a contact keeps in {days} days may not last."
)


@dataclass(frozen=True)
class Uplift:
    """What an arm of a campaign changed: the share who ordered, and its 95 % interval."""

    name: str
    effect: float
    low: float
    high: float
    days: int
    until: dt.date


@dataclass(frozen=True)
class SaveRate:
    """The share of those who would leave that a contact keeps; `uplift` None: an assumption.

    `low` and `high` bound the 95 % interval of a measured rate.
    """

    rate: float
    low: float
    high: float
    uplift: Uplift | None = None

    @classmethod
    def assumed(cls, rate: float) -> "SaveRate":
        """Return a rate that nobody measured."""
        return cls(rate, rate, rate)

    @property
    def deviation(self) -> float:
        """The standard error of a measured rate; 0 of an assumption, which has none."""
        return (self.high - self.low) / (2 * Z95)

    @property
    def cases(self) -> Mapping[str, float]:
        """The rates to look at, by name: the one given, and one on each side of it."""
        if self.uplift is None:
            return {name: min(1.0, factor * self.rate) for name, factor in FACTORS.items()}
        return {"low": max(-1.0, self.low), "measured": self.rate, "high": min(1.0, self.high)}

    @property
    def basis(self) -> Message:
        """What the rate stands on, in a few words."""
        if self.uplift is None:
            return Message.of(ASSUMED)
        return Message.of(MEASURED, name=self.uplift.name, **_points(self.uplift))

    def explained(self, as_of: dt.date, horizon_days: int) -> str:
        """Return what the rate stands on, and what speaks against it, for scores of a day."""
        rates = {name: 100 * getattr(self, name) for name in ("rate", "low", "high")}
        if (one := self.uplift) is None:
            return Message.of(IS_ASSUMED, rate=rates["rate"])
        said = [
            Message.of(
                IS_MEASURED,
                name=one.name,
                days=one.days,
                rate=rates["rate"],
                rate_low=rates["low"],
                rate_high=rates["high"],
                **_points(one),
            )
        ]
        said += [Message.of(UNSURE)] if one.low <= 0 <= one.high else []
        said += [Message.of(LATER, until=one.until)] if one.until > as_of else []
        if one.days != horizon_days:
            said.append(Message.of(OTHER_WINDOW, horizon=horizon_days, days=one.days))
        return joined(*said)


def _points(uplift: Uplift) -> dict[str, float]:
    """Return an effect and its interval in percentage points."""
    ends = {"points": uplift.effect, "low": uplift.low, "high": uplift.high}
    return {name: 100 * value for name, value in ends.items()}


def measured_rates(campaigns: Sequence[Measured], least: int) -> dict[str, SaveRate]:
    """Return the save rate that each campaign shows, by its name: of several arms `CAMPAIGN:ARM`.

    An arm that raised the share who ordered by u, where c of those left alone ordered, retained
    u / (1 - c) of those who would not have. Its interval is that of u, on the same scale: where
    the contact helps, it is a little too wide. Arms of fewer than `least` customers show none.
    """
    found = {}
    for one in campaigns:
        arms = one.arms
        for arm in arms:
            effect = one.effect(arm, ORDERED)
            if not effect or effect["low"] is None or effect["n"] < least:
                continue
            if (leaving := 1 - effect["control"]) > 0:
                name = one.campaign if len(arms) == 1 else f"{one.campaign}:{arm}"
                mean, low, high = (effect[end] for end in ("effect", "low", "high"))
                uplift = Uplift(name, mean, low, high, one.days, one.until)
                found[name] = SaveRate(mean / leaving, low / leaving, high / leaving, uplift)
    return found


def save_rate_of(budget: BudgetConfig, campaigns: Sequence[Measured], least: int) -> SaveRate:
    """Return the save rate that a budget stands on.

    Raises
    ------
    InputError
        It names a campaign that was not measured.
    """
    if budget.save_rate is not None:
        return SaveRate.assumed(budget.save_rate)
    name, known = str(budget.measured), measured_rates(campaigns, least)
    if not known:
        raise InputError.of(NOTHING_MEASURED, name=name, cost=budget.cost)
    if name not in known:
        near = hint(name, known)
        raise InputError.of(NOT_MEASURED, name=name, hint=near, cost=budget.cost)
    return known[name]
