"""A made-up SaaS base with a known hazard, written to parquet: contracts, events, customers.

    python benchmarks/made_up_contracts.py 2000 data/saas

Every customer has a plan, and a use of the product that wanders from month to month. At the end
of each month a contract may end, with the chance of `hazard`: higher for cheap plans, young
contracts, falling use and many tickets, and much higher where a yearly term is over. One in a
hundred changes the plan instead: a new contract starts three days after the old one.

So the true chance to leave is known, up to what use will do next: `truths` returns the mean over
many futures of each customer from the state that nobody sees.
"""

import datetime as dt
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FIRST_DAY = pd.Timestamp("2022-01-01")
MONTHS = 36
LAST_DAY = FIRST_DAY + pd.DateOffset(months=MONTHS)
PLANS = np.array(["basic", "pro", "enterprise"], dtype=object)
PRICES = np.array([20.0, 60.0, 200.0])
TERMS = np.array([1, 1, 12])
BY_PLAN = np.array([0.8, 0.0, -1.0])
USES_A_MONTH, TICKETS_A_MONTH = 12.0, 0.25
STEADY, WANDER = 0.75, 0.4  # of the log of use: how much of it stays, and what comes new
CHANGES, GAP_DAYS = 0.01, 3  # share that changes the plan at the end of a month
FUTURES = 300


def hazard(plan: Ints, age: Ints, trend: Floats, tickets: Ints) -> Floats:
    """Return the true chance that a contract ends after a month, (n,).

    `plan` is its place in `PLANS`, `age` counts its months, `trend` is the log of this month's
    rate of use against the mean of the three before, `tickets` are those of this month.
    """
    over = (TERMS[plan] > 1) & (age % TERMS[plan] == 0)
    log_odds = (
        -4.0
        + BY_PLAN[plan]
        + 1.5 * np.exp(-age / 5)
        - 2.4 * np.clip(trend, -1.5, 1.0)
        + 0.7 * np.minimum(tickets, 3)
        + np.where(over, 2.5, 0.0)
    )
    return np.asarray(1 / (1 + np.exp(-log_odds)))


@dataclass
class State:
    """Customers after a month: plan, age in months, log rates of use of the last four months."""

    plan: Ints
    age: Ints
    rates: Floats

    def next_month(self, rng: np.random.Generator) -> tuple["State", Ints, Floats]:
        """Return the state a month later, that month's tickets, and the hazard at its end."""
        count = len(self.plan)
        new = STEADY * self.rates[:, 0] + WANDER * rng.standard_normal(count)
        rates = np.column_stack([new, self.rates[:, :3]])
        tickets = rng.poisson(TICKETS_A_MONTH, count)
        trend = new - self.rates[:, :3].mean(axis=1)
        after = State(self.plan, self.age + 1, rates)
        return after, tickets, hazard(self.plan, self.age + 1, trend, tickets)

    def rows(self, chosen: npt.NDArray[np.bool_] | Ints) -> "State":
        """Return some of the customers."""
        return State(self.plan[chosen], self.age[chosen], self.rates[chosen])


@dataclass(frozen=True)
class MadeUpBase:
    """The tables, and each customer's state at the end of every month they began."""

    subscriptions: pd.DataFrame
    events: pd.DataFrame
    customers: pd.DataFrame
    starts: pd.DatetimeIndex
    states: dict[int, tuple[Ints, State]]
    left: dict[int, pd.Timestamp]

    def write(self, folder: Path) -> None:
        """Write a file for each table."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("subscriptions", "events", "customers"):
            getattr(self, name).to_parquet(folder / f"{name}.parquet", index=False)

    def truths(self, as_of: dt.date, horizon_days: int, seed: int = 1) -> pd.DataFrame:
        """Return the true chance to leave within a horizon, for who has a contract at a day.

        Columns: customer_id, chance. A month ends on the same day as the contract began.
        """
        day, rng = pd.Timestamp(as_of), np.random.default_rng(seed)
        end = day + pd.Timedelta(days=horizon_days)
        found = []
        for age, (who, state) in self.states.items():
            starts = self.starts[who]
            here = (starts + pd.DateOffset(months=age) < day) & (
                starts + pd.DateOffset(months=age + 1) >= day
            )
            if here.any():
                ends = [
                    starts[here] + pd.DateOffset(months=age + ahead) < end
                    for ahead in range(1, horizon_days // 28 + 2)
                ]
                chance = _chances(state.rows(np.flatnonzero(here)), np.array(ends), rng)
                found.append(pd.DataFrame({"customer_id": who[here], "chance": chance}))
        return pd.concat(found).sort_values("customer_id", ignore_index=True)


def _chances(state: State, ends: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Return the mean chance to leave at one of the month ends that lie within the horizon."""
    count = len(state.plan)
    many = state.rows(np.repeat(np.arange(count), FUTURES))
    stays = np.ones(count * FUTURES)
    for inside in ends:
        many, _, chance = many.next_month(rng)
        stays *= np.where(np.repeat(inside, FUTURES), 1 - chance, 1.0)
    return 1 - stays.reshape(count, FUTURES).mean(axis=1)


def made_up_contracts(customers: int, seed: int = 7) -> MadeUpBase:
    """Return a base of so many customers over three years."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.integers(0, (LAST_DAY - FIRST_DAY).days - 1, customers))
    starts = pd.DatetimeIndex(FIRST_DAY + pd.to_timedelta(days, unit="D"))
    plan = rng.choice(len(PLANS), customers, p=[0.5, 0.35, 0.15])
    sd = WANDER / np.sqrt(1 - STEADY**2)
    rates = sd * rng.standard_normal((customers, 1)) + 0.1 * rng.standard_normal((customers, 4))
    who, state = np.arange(customers), State(plan, np.zeros(customers, dtype=int), rates)
    open_since, states, left = starts.to_series(index=who), {}, {}
    contracts, events = [], []
    for month in range(MONTHS + 1):
        states[month] = (who, state)
        later, tickets, chance = state.next_month(rng)
        begin = starts[who] + pd.DateOffset(months=month)
        end = starts[who] + pd.DateOffset(months=month + 1)
        uses = rng.poisson(USES_A_MONTH * np.exp(later.rates[:, 0]))
        events += [
            _events(who, begin, uses, "use", rng),
            _events(who, begin, tickets, "ticket", rng),
        ]
        goes = rng.random(len(who)) < chance
        changes = ~goes & (rng.random(len(who)) < CHANGES)
        over = goes | changes
        contracts.append(_contracts(who[over], open_since, end[over], state.plan[over]))
        left |= dict(zip(who[goes].tolist(), end[goes], strict=True))
        moved = np.where(changes, rng.choice(len(PLANS), len(who)), later.plan)
        open_since[who[changes]] = end[changes] + pd.Timedelta(days=GAP_DAYS)
        stays = ~goes & (end < LAST_DAY)
        running = ~goes & ~stays
        rest = pd.DatetimeIndex([pd.NaT] * int(running.sum()))
        contracts.append(_contracts(who[running], open_since, rest, moved[running]))
        who, state = who[stays], State(moved[stays], later.age[stays], later.rates[stays])
        if not len(who):
            break
    return MadeUpBase(
        _cut(pd.concat(contracts), "started_at"),
        _cut(pd.concat(events), "event_at"),
        pd.DataFrame(
            {"customer_id": np.arange(customers), "region": rng.choice(["n", "s"], customers)}
        ),
        starts,
        states,
        left,
    )


def _contracts(who: Ints, since: pd.Series, until: pd.DatetimeIndex, plan: Ints) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": who,
            "started_at": since.loc[who].to_numpy(),
            "ended_at": until,
            "plan": PLANS[plan],
            "price": PRICES[plan],
            "term_months": TERMS[plan],
        }
    )


def _events(
    who: Ints, begin: pd.DatetimeIndex, counts: Ints, kind: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Return so many events of each customer, at any time of the month."""
    times = np.repeat(begin.to_numpy(), counts)
    hours = rng.integers(0, 28 * 24, len(times)).astype("timedelta64[h]")
    return pd.DataFrame(
        {"customer_id": np.repeat(who, counts), "event_at": times + hours, "event_type": kind}
    )


def _cut(rows: pd.DataFrame, time: str) -> pd.DataFrame:
    """Return the rows before the last day, in order; an end after it is not known yet."""
    known = rows[rows[time] < LAST_DAY].sort_values(["customer_id", time], ignore_index=True)
    if "ended_at" in known:
        known["ended_at"] = known["ended_at"].where(known["ended_at"] < LAST_DAY)
    return known


if __name__ == "__main__":
    made = made_up_contracts(int(sys.argv[1]))
    made.write(Path(sys.argv[2]))
    sys.stdout.write(f"{len(made.subscriptions):,} contracts in {sys.argv[2]}\n")
