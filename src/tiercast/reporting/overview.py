"""The first screen: how many customers, what they will bring, what is at risk, what changed."""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from tiercast.formats import ratio
from tiercast.reporting.contribution import assumption_notes
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.left_out import left_out_sentence
from tiercast.reporting.list_facts import LEAVING, list_facts
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.next_steps import next_steps
from tiercast.reporting.past import YearBefore
from tiercast.reporting.past_days import past_totals, ran_off
from tiercast.reporting.section import Card, Cards, Note, Part, Section
from tiercast.reporting.sums import SumInterval
from tiercast.snapshots.grid import MOST_LISTED


@dataclass(frozen=True)
class BaseTotals:
    """Sums over the whole base: money in the unit of the orders, customers as counts.

    `leaving` customers are on the list of those likely to leave; `at_stake` is theirs. `risen`
    and `fallen` changed tier since the scores before.
    """

    customers: int
    buyers: float
    expected_value: float
    leaving: int
    at_stake: float
    risen: int
    fallen: int


def totals(inputs: Inputs) -> BaseTotals:
    """Return the sums over all scored customers."""
    base = inputs.base
    row = base.aggregate(
        customers=base.count(),
        buyers=(1 - base.churn_probability).sum(),
        expected_value=base.expected_value.sum(),
        risen=(base.tier_change > 0).sum(),
        fallen=(base.tier_change < 0).sum(),
    ).to_pyarrow()
    leaving = list_facts(inputs, [LEAVING])[LEAVING]
    return BaseTotals(
        **{name: value or 0 for name, value in row.to_pylist()[0].items()},
        leaving=leaving.customers,
        at_stake=leaving.value_at_stake,
    )


def overview_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on the base as a whole."""
    sums = totals(inputs)
    write = say.write.about(sums.customers)
    headline = say(
        "overview.headline",
        customers=write.count(sums.customers),
        buyers=write.count(sums.buyers),
        expected=write.total(sums.expected_value),
        interval=_interval(inputs.sums.base, say) if write is say.write else "",
        past=_past(past_totals(inputs), say),
    )
    left_out = left_out_sentence(inputs.left_out, inputs.target, say)
    steps = next_steps(inputs, say)
    parts: tuple[Part, ...] = (
        Cards(_cards(inputs, sums, say)),
        *([steps] if steps.steps else []),
        *steps.notes,
        *([Note(left_out)] if left_out else []),
        *_grid(inputs, say),
        *_outlying(inputs, say),
        Note(say("overview.season.known" if inputs.season_known else "overview.season.unknown")),
        *assumption_notes(inputs.target, say),
        *_certain(inputs, say),
    )
    return Section("overview", say("overview.title"), headline, parts)


def _certain(inputs: Inputs, say: MessageCatalogue) -> list[Note]:
    """Return the note that churn is certain, where all past customers ordered or none did."""
    certain = inputs.manifest.get("certainty")
    if not certain:
        return []
    key = "overview.certain.everybody" if certain["everybody"] else "overview.certain.nobody"
    filled = {
        "rows": say.write.count(certain["rows"]),
        "days": say.write.count(inputs.manifest["horizon_days"]),
        "chance": f"{certain['churn_probability']:.2%}",
    }
    return [Note(say(key, **filled))]


def _grid(inputs: Inputs, say: MessageCatalogue) -> tuple[Note, ...]:
    """Return what the totals are of where orders lie on certain days alone."""
    if inputs.grid is None:
        return ()
    days = [date.fromisoformat(day) for day in inputs.grid["days"]]
    more = ["…"] if len(days) > MOST_LISTED else []
    shown = say("between").join([*(say.date(day) for day in days[:MOST_LISTED]), *more])
    return (Note(say("overview.grid", days=shown, count=say.write.count(len(days)))),)


def _outlying(inputs: Inputs, say: MessageCatalogue) -> tuple[Note, ...]:
    """Return how orders far beyond all others count in the totals; no id is shown."""
    found = inputs.outlying
    if found is None:
        return ()
    largest = found["orders"][0]
    words = {
        "orders": say.write.count(found["rows"]),
        "customers": say.write.about(found["customers"]).count(found["customers"]),
        "amount": say.write.money(largest["amount"]),
        "day": say.date(date.fromisoformat(largest["ordered_on"])),
        "counts_as": say.write.money(found["counts_as"]),
    }
    return (
        Note(
            say("overview.outlying.held" if found["held"] else "overview.outlying.full", **words)
        ),
    )


def _interval(whole: SumInterval, say: MessageCatalogue) -> str:
    if math.isnan(whole.low):
        return ""
    return say("overview.sure", low=say.write.total(whole.low), high=say.write.total(whole.high))


def _past(before: pd.DataFrame, say: MessageCatalogue) -> str:
    """Return the warning that belongs to a total when those before ran off in one direction."""
    off = ran_off(before)
    if off is None:
        return ""
    return say(
        "overview.ran_high" if off > 0 else "overview.ran_low",
        share=say.write.share(abs(off)),
        days=say.write.count(len(before)),
    )


def _cards(inputs: Inputs, sums: BaseTotals, say: MessageCatalogue) -> list[Card]:
    everyone, leaving = say.write.about(sums.customers), say.write.about(sums.leaving)
    return [
        Card(
            everyone.count(sums.customers),
            say("overview.cards.customers"),
            say("overview.cards.customers_detail", buyers=everyone.count(sums.buyers)),
        ),
        _expected_card(inputs, sums, say),
        *_year_before_card(inputs, sums, say),
        Card(
            leaving.total(sums.at_stake),
            say("overview.cards.at_stake"),
            say("overview.cards.at_stake_detail", customers=leaving.count(sums.leaving)),
        ),
        *_changed_card(inputs, sums, say),
    ]


def _expected_card(inputs: Inputs, sums: BaseTotals, say: MessageCatalogue) -> Card:
    whole, write = inputs.sums.base, say.write.about(sums.customers)
    limits = {"low": write.total(whole.low), "high": write.total(whole.high)}
    interval = "" if math.isnan(whole.low) else say("overview.cards.expected_interval", **limits)
    until = inputs.as_of + timedelta(days=inputs.target.horizon_days - 1)
    detail = say(
        "overview.cards.expected_detail",
        day=say.date(inputs.as_of),
        until=say.date(until),
        interval=interval,
    )
    return Card(write.total(sums.expected_value), say("overview.cards.expected"), detail)


def _year_before_card(inputs: Inputs, sums: BaseTotals, say: MessageCatalogue) -> list[Card]:
    """Return the comparison with the same days a year before; none where nothing is known."""
    before, write = YearBefore.of(inputs), say.write.about(sums.customers)
    if before is None:
        return []
    detail = say(
        "overview.cards.year_before_detail",
        value=write.total(before.value),
        first=say.date(before.first),
        last=say.date(before.last),
        new=write.about(before.new_customers).total(before.value - before.value_known),
    )
    change = ratio(sums.expected_value - before.value, before.value)
    return [Card(write.signed_share(change), say("overview.cards.year_before"), detail)]


def _changed_card(inputs: Inputs, sums: BaseTotals, say: MessageCatalogue) -> list[Card]:
    """Return what changed since the scored day before; none where there was none."""
    days = inputs.scored_days
    earlier = days[days["as_of"] == inputs.previous_day]
    if earlier.empty or not inputs.has_moves:
        return []
    before, now = earlier.iloc[0], days.iloc[-1]
    grown = ratio(now.expected_value - before.expected_value, before.expected_value)
    change = now.customers - before.customers
    write = say.write.about(min(now.customers, before.customers))
    detail = say(
        "overview.cards.changed_detail",
        customers=write.about(abs(change)).signed_count(change),
        expected=write.signed_share(grown),
        then=write.share(before.churn),
        now=write.share(now.churn),
    )
    risen, fallen = (say.write.about(n).count(n) for n in (sums.risen, sums.fallen))
    value = f"▲{risen} ▼{fallen}"
    label = say("overview.cards.changed", day=say.date(before.as_of))
    return [Card(value, label, detail)]
