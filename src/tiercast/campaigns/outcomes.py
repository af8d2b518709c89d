"""One table per campaign: each customer's arm, what was known before, and what followed."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.artifacts.dataset import parts_of, rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.arms import NO_CONTACTS, Arms, contacted, of_campaign
from tiercast.campaigns.assignments import Assignments
from tiercast.config.errors import InputError
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import DUCKDB, Config
from tiercast.feature_store.history import History, open_history
from tiercast.measured.save_rate import ORDERED
from tiercast.snapshots.windows import bought_within, is_within

RESPONDED, ORDERS, MONEY = "responded", "orders", "money"
FORECASTS = ("expected_value", "churn_probability")
NO_ORDERS = (
    "The base has no orders, so there is no expected value: effects go without a covariate."
)
NO_SCORES = (
    "Nothing was scored on or before {day}, the first day of the campaign: effects go without a "
    "covariate."
)
UNOBSERVED = (
    "The window of {days} days after {start}, the last day of the campaign, ends {end}, but "
    "orders are known only before {until}; wait, or measure fewer days: `--days N`."
)
NO_OUTCOMES = (
    "Campaign {campaign} has no outcome: the base has no orders, and its contacts neither "
    "`responded_at` nor columns named in `outcomes`."
)


@dataclass(frozen=True)
class Campaign:
    """A campaign's customers and what they did within `days` of their own start.

    `table` has a row per customer, whether exposed or not: customer_id, arm, start (a day), cost
    (money; null: unknown), the `outcomes` (numbers, never null), and expected_value and
    churn_probability as of the last scored day at or before the first start (null: not scored).
    `known` has what else was known of a customer then, a row per customer: the profile and, where
    a day was scored, its features. `covariate` names the column that narrows intervals, or None.
    `until` is the day on which the window of the last customer was over.
    """

    name: str
    arms: Arms
    table: ir.Table
    outcomes: tuple[str, ...]
    known: ir.Table | None
    covariate: str | None
    days: int
    first: dt.date
    until: dt.date
    scored_on: dt.date | None
    notes: tuple[str, ...]


@contextmanager
def open_campaign(
    config: Config, name: str, days: int | None, progress: Progress
) -> Iterator[Campaign]:
    """Read the base and yield one of its campaigns; its engine closes with the `with` block.

    Raises
    ------
    InputError
        There is no such campaign, its arms are unclear, or its window is not wholly observed.
    """
    here = config.model_copy(update={"engine": DUCKDB})
    with open_history(here, None, progress) as history:
        yield _Reading(here, history, name, days or config.outlook.horizon_days).campaign()


@dataclass(frozen=True)
class _Reading:
    config: Config
    history: History
    name: str
    days: int

    @property
    def output(self) -> OutputFolder:
        return OutputFolder.of(self.config)

    @property
    def connection(self) -> Backend:
        connection = self.history.base.connection
        assert isinstance(connection, Backend)
        return connection

    @property
    def contacts(self) -> ir.Table | None:
        return self.history.base.tables.get("contacts")

    def campaign(self) -> Campaign:
        arms = self._arms()
        first, last = self._span(arms)
        scored_on = self._scored_on(first)
        followed, outcomes = self._outcomes(arms.table, last)
        table = self._with_forecasts(followed, scored_on)
        return Campaign(
            self.name,
            arms,
            self.connection.create_table("campaign", table),
            outcomes,
            self._known(scored_on),
            None if scored_on is None else FORECASTS[0],
            self.days,
            first,
            last + dt.timedelta(days=self.days),
            scored_on,
            self._notes(first, scored_on),
        )

    @cached_property
    def assigned(self) -> Assignments | None:
        return Assignments.read(self.output, self.name)

    def _arms(self) -> Arms:
        place = str(self.output)
        if self.assigned is not None:
            return self._drawn(self.assigned)
        if self.contacts is None:
            raise InputError.of(NO_CONTACTS, campaign=self.name, place=place)
        return contacted(self.contacts, self.name, place)

    def _drawn(self, assigned: Assignments) -> Arms:
        rows = assigned.rows(self.connection).select("customer_id", "arm", "start")
        if self._own_contacts is None or "cost" not in self._own_contacts.columns:
            rows = rows.mutate(cost=ibis.null("float64"))
        else:
            paid = self._own_contacts.group_by("customer_id").agg(cost=ibis._.cost.sum())
            rows = rows.left_join(paid, "customer_id").drop("customer_id_right")
        return Arms(rows, tuple(sorted(assigned.arms)), assigned.arms, assigned.control)

    @cached_property
    def _own_contacts(self) -> ir.Table | None:
        """The campaign's contacts; None where it has none."""
        if self.contacts is None:
            return None
        rows = of_campaign(self.contacts, self.name)
        return rows if int(rows.count().execute()) else None

    def _span(self, arms: Arms) -> tuple[dt.date, dt.date]:
        (row,) = (
            arms.table.agg(first=arms.table.start.min(), last=arms.table.start.max())
            .to_pyarrow()
            .to_pylist()
        )
        return row["first"], row["last"]

    def _scored_on(self, first: dt.date) -> dt.date | None:
        if self.assigned is not None:
            return self.assigned.scored_on
        if not self.config.kind.has_orders:
            return None
        return max((day for day in self.output.scored_dates() if day <= first), default=None)

    def _notes(self, first: dt.date, scored_on: dt.date | None) -> tuple[str, ...]:
        if not self.config.kind.has_orders:
            return (NO_ORDERS,)
        return () if scored_on else (Message.of(NO_SCORES, day=first),)

    def _outcomes(self, people: ir.Table, last: dt.date) -> tuple[ir.Table, tuple[str, ...]]:
        """Return the customers with their outcomes, and the names of these."""
        columns: dict[str, ir.Table] = {}
        if (answers := self._answers(people)) is not None:
            columns |= dict.fromkeys(answers.columns[1:], answers)
        if self.config.kind.has_orders:
            self._refuse_unobserved(last)
            bought = bought_within(self.history.activity.orders, people, self.days)
            bought = bought.mutate(ordered=(bought.orders > 0).cast("int64"))
            columns |= dict.fromkeys((ORDERED, ORDERS, MONEY), bought)
        if not columns:
            raise InputError.of(NO_OUTCOMES, campaign=self.name)
        for table in {id(one): one for one in columns.values()}.values():
            people = people.left_join(table, "customer_id").drop("customer_id_right")
        filled = {name: people[name].cast("float64").fill_null(0.0) for name in columns}
        return people.mutate(**filled), tuple(columns)

    def _answers(self, people: ir.Table) -> ir.Table | None:
        """Return what contacts record: whether each customer responded, and other outcomes."""
        rows = self._own_contacts
        if rows is None:
            return None
        own = {name: rows[name].max() for name in self.config.sources["contacts"].outcomes}
        if "responded_at" in rows.columns:
            rows = rows.inner_join(people.select("customer_id", "start"), "customer_id")
            responded = is_within(rows.responded_at, rows.start, self.days)
            own = {RESPONDED: responded.any().cast("int64"), **own}
        return rows.group_by("customer_id").agg(**own) if own else None

    def _refuse_unobserved(self, last: dt.date) -> None:
        end, until = last + dt.timedelta(days=self.days), self.history.base.observed_until
        if end > until:
            raise InputError.of(UNOBSERVED, days=self.days, start=last, end=end, until=until)

    def _with_forecasts(self, people: ir.Table, scored_on: dt.date | None) -> ir.Table:
        if scored_on is None:
            return people.mutate(**dict.fromkeys(FORECASTS, ibis.null("float64")))
        if self.assigned is not None:  # as they were then, whatever was scored again since
            scores = self.assigned.rows(self.connection)
        else:
            scores = rows_of(self.connection, parts_of(self.output.scores(scored_on)))
        scores = scores.select("customer_id", *FORECASTS)
        return people.left_join(scores, "customer_id").drop("customer_id_right")

    def _known(self, scored_on: dt.date | None) -> ir.Table | None:
        if scored_on is not None and scored_on in self.output.feature_dates():
            return rows_of(self.connection, parts_of(self.output.features(scored_on)))
        return self.history.base.tables.get("customers")
