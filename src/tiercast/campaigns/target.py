"""`tiercast experiment target`: whom to treat, as a past campaign shows it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray, IntArray
from tiercast.campaigns.balance import Balance, balance_of
from tiercast.campaigns.covariates import Covariates
from tiercast.campaigns.measure import control_of
from tiercast.campaigns.next_contacts import NextContacts, next_contacts
from tiercast.campaigns.outcomes import FORECASTS, MONEY, Campaign, open_campaign
from tiercast.campaigns.policy_comparison import Comparison, PolicyRow, compare_policies
from tiercast.campaigns.trial import Trial
from tiercast.campaigns.uplift import cross_fitted
from tiercast.campaigns.verdict import policy_words, verdict
from tiercast.config.errors import InputError
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.nearest import hint
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.sinks.recorded_run import recorded_here

FEWEST = 200  # customers in an arm; fewer show no differences between them
MOST_CUSTOMERS = 200_000
TOO_FEW = (
    "Arm {arm} of campaign {campaign} has {n:,} customers; whom to treat needs {fewest} in each "
    "arm."
)
NO_BUDGET = "`budget` must be at least 1, but got {budget}."
NO_OUTCOME = "Campaign {campaign} has no outcome `{outcome}`; {hint}"
NO_COST_ARM = "Campaign {campaign} has no treated arm `{arm}`; {hint}"
NOT_DRAWN = (
    "The arms of campaign {campaign} were not drawn at random: what was known before predicts "
    "{arm} against {control} (AUC {auc:.3f}, p = {p:.2g}), so nobody can say what the contact "
    "changed. Draw the arms next time: `tiercast experiment assign`."
)
NOTHING_KNOWN = (
    "Nothing was known of the customers before the campaign: no profile, and no day was scored by "
    "then; models have nothing to choose by."
)
SAMPLED = "{n:,} customers, drawn by their ids, stand for all of the campaign."


@dataclass(frozen=True)
class Targeting:
    """Whom to treat: policies of uplift models beside those that need none.

    Values are per customer of the campaign, the cost of contacts taken off, in the unit of the
    `outcome`. `answer` says in words whether the data support targeting (`supported`). `budget` is
    the most contacts (None: as many as pay); `balance` says how random the arms are. `contacts` is
    what contacts of the newest scored day would bring by the config's `budget` (None: it has
    none).
    """

    campaign: str
    control: str
    outcome: str
    first: dt.date
    days: int
    customers: int
    costs: Mapping[str, float]
    budget: int | None
    comparison: Comparison
    supported: bool
    answer: str
    balance: tuple[Balance, ...]
    notes: tuple[str, ...]
    contacts: NextContacts | None

    def rows(self) -> list[dict[str, object]]:
        """Return rows by `kind`: a `policy`, a `ranking` of an arm, a case of the `profit`."""
        profits = () if self.contacts is None else self.contacts.rows()
        return [
            *({"kind": "policy", **_flat(asdict(one))} for one in self.comparison.policies),
            *({"kind": "ranking", **_flat(asdict(one))} for one in self.comparison.rankings),
            *({"kind": "profit", **one} for one in profits),
        ]

    def words_of(self, row: PolicyRow) -> Message:
        """Return a policy in words."""
        return policy_words(row, self.budget)


def _flat(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row with each estimate as three columns: its name, `_low` and `_high`."""
    found: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {name: value["mean"]}
            found |= {f"{name}_{end}": value[end] for end in ("low", "high")}
        else:
            found[name] = value
    return found


def experiment_target(  # noqa: PLR0913  # each is an option of the command
    config: Config | str | Path,
    campaign: str,
    *,
    budget: int | None = None,
    outcome: str | None = None,
    control: str | None = None,
    days: int | None = None,
    costs: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Targeting:
    """Return whom to treat next time, as a campaign with random arms shows it.

    Uplift models (T- and DR-learner) choose an arm for each customer, as long as it brings more
    than it costs; `budget` is the most contacts. What a choice brings is measured by doubly robust
    scores on customers that its models did not see. `outcome` is money, or else the first one of
    the campaign. `costs` of a contact by arm default, for money, to those of `contacts`, or to the
    config's `budget`.

    Raises
    ------
    InputError
        There is no such campaign, arm or outcome, its arms were not drawn at random, or one has
        fewer than 200 customers.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("experiment target")
    if budget is not None and budget < 1:
        raise InputError.of(NO_BUDGET, budget=budget)
    with recorded_here(settings, "experiment target", shown):
        shown.stage("read and check the data")
        with open_campaign(settings, campaign, days, shown) as opened:
            asked = _Asked(settings, opened, control_of(opened, control), budget)
            chosen = asked.outcome(outcome)
            paid = asked.costs(chosen, costs)
            return asked.answer(chosen, paid, shown)


@dataclass(frozen=True)
class _Asked:
    settings: Config
    campaign: Campaign
    control: str
    budget: int | None

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, the control first."""
        return (self.control, *(n for n in self.campaign.arms.names if n != self.control))

    def outcome(self, asked: str | None) -> str:
        known = self.campaign.outcomes
        if asked is None:
            return MONEY if MONEY in known else known[0]
        if asked not in known:
            raise InputError.of(
                NO_OUTCOME, campaign=self.campaign.name, outcome=asked, hint=hint(asked, known)
            )
        return asked

    def costs(self, outcome: str, asked: Mapping[str, float] | None) -> dict[str, float]:
        """Return what a contact of each treated arm costs, in the unit of the outcome."""
        treated = self.arms[1:]
        if asked is not None:
            for arm in asked:
                if arm not in treated:
                    near = hint(arm, treated)
                    raise InputError.of(
                        NO_COST_ARM, campaign=self.campaign.name, arm=arm, hint=near
                    )
            return {arm: asked.get(arm, 0.0) for arm in treated}
        if outcome != MONEY:
            return dict.fromkeys(treated, 0.0)
        other = 0.0 if self.settings.budget is None else self.settings.budget.cost
        table = self.campaign.table
        paid = table.group_by("arm").agg(cost=table.cost.mean()).to_pyarrow().to_pylist()
        found = {row["arm"]: row["cost"] for row in paid}
        return {arm: other if found[arm] is None else float(found[arm]) for arm in treated}

    def answer(self, outcome: str, costs: Mapping[str, float], shown: Progress) -> Targeting:
        rows, covariates, notes = self._rows()
        trial = self._trial(rows, covariates.matrix(rows), outcome, costs)
        seed = self.settings.train.seed
        shown.stage("look whether the arms are random")
        balance = balance_of(trial, seed)
        self._refuse_chosen(balance)
        shown.stage("fit the uplift models")
        found = compare_policies(
            trial, cross_fitted(trial, seed), _figures(rows), most=self._most(trial), seed=seed
        )
        return Targeting(
            self.campaign.name,
            self.control,
            outcome,
            self.campaign.first,
            self.campaign.days,
            len(trial),
            costs,
            self.budget,
            found,
            found.supported,
            verdict(found, self.budget),
            tuple(balance),
            notes,
            next_contacts(self.settings, self.campaign.name, self.budget),
        )

    def _most(self, trial: Trial) -> int | None:
        """Return the contacts of the budget, as a share of those who stand for all."""
        if self.budget is None:
            return None
        whole = int(self.campaign.table.count().execute())
        return round(self.budget * len(trial) / whole)

    def _rows(self) -> tuple[pd.DataFrame, Covariates, tuple[str, ...]]:
        table, known, notes = self.campaign.table, self.campaign.known, []
        if known is not None:
            more = [c for c in known.columns if c == "customer_id" or c not in table.columns]
            table = table.left_join(known.select(more), "customer_id").drop("customer_id_right")
        whole = int(table.count().execute())
        if whole > MOST_CUSTOMERS:
            first = table.order_by(table.customer_id.cast("string").hash(), table.customer_id)
            table = first.limit(MOST_CUSTOMERS)
            notes.append(Message.of(SAMPLED, n=MOST_CUSTOMERS))
        rows = _frame(table.order_by("customer_id"))
        columns = table.drop(*self.campaign.outcomes).drop(*_empty(rows))
        covariates = Covariates.of(columns)
        if not covariates.columns:
            notes.append(Message.of(NOTHING_KNOWN))
        return rows, covariates, tuple(notes)

    def _trial(
        self, rows: pd.DataFrame, matrix: FloatArray, outcome: str, costs: Mapping[str, float]
    ) -> Trial:
        places = {name: place for place, name in enumerate(self.arms)}
        arm: IntArray = np.asarray(rows["arm"].map(places), dtype=np.int_)
        for name, n in zip(self.arms, np.bincount(arm, minlength=len(places)), strict=True):
            if n < FEWEST:
                raise InputError.of(
                    TOO_FEW, campaign=self.campaign.name, arm=name, n=int(n), fewest=FEWEST
                )
        paid = [0.0, *(costs[name] for name in self.arms[1:])]
        followed = rows[outcome].to_numpy(dtype=float)
        return Trial.of_shares(self.arms, arm, followed, matrix, paid)

    def _refuse_chosen(self, balance: list[Balance]) -> None:
        for one in balance:
            if not one.is_random:
                raise InputError.of(
                    NOT_DRAWN, campaign=self.campaign.name, control=self.control, **asdict(one)
                )


def _frame(table: ir.Table) -> pd.DataFrame:
    found: pd.DataFrame = table.to_pyarrow().to_pandas()
    return found


def _empty(rows: pd.DataFrame) -> list[str]:
    return [name for name in FORECASTS if rows[name].isna().all()]


def _figures(rows: pd.DataFrame) -> dict[str, FloatArray]:
    """Return the forecasts that customers can be ranked by; the unknown come last."""
    known = [name for name in FORECASTS if not rows[name].isna().all()]
    return {name: rows[name].fillna(-np.inf).to_numpy(dtype=float) for name in known}
