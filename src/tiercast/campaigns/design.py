"""`tiercast experiment design`: customers that a campaign needs, and what its holdout costs."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import tea_tasting as tt
from ibis.backends.duckdb import Backend
from tea_tasting.aggr import Aggregates, read_aggregates

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.campaigns.outcomes import FORECASTS, MONEY, ORDERS
from tiercast.config.errors import InputError
from tiercast.config.lists import CustomerList, find_row
from tiercast.config.loading import load_config
from tiercast.config.message import Message
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import DUCKDB, Config
from tiercast.feature_store.history import History, open_history
from tiercast.lists.base import ListBase
from tiercast.lists.selection import select
from tiercast.measured.save_rate import ORDERED
from tiercast.sinks.recorded_run import recorded_here
from tiercast.snapshots.windows import bought_within

OUTCOMES = (ORDERED, ORDERS, MONEY)
COVARIATE = FORECASTS[0]
HIGH_RISK = 0.5
LEAST_VARIANCE = 1e-9  # where all customers did the same
RAW, STRATIFIED, CUPED = "raw", "stratified", "cuped"
WRONG = "{name} must be {wanted}, but got {value}."
NO_PAST = (
    "No scored day has a window of {days} days behind it, which ends before {until}, so "
    "{outcome} cannot be planned; score one: `tiercast score CONFIG --as-of {day}`."
)
FORECAST = (
    "No scored day has a window of {days} days behind it: the response is the mean forecast of "
    "{day}. For variances of the past score a past day: `tiercast score CONFIG --as-of {past}`."
)
TOO_FEW = "List {list} holds {customers:,} customers on {day}; a campaign needs 4 at least."


@dataclass(frozen=True)
class Design:
    """The plan of a campaign on a list.

    `plans` has a row per way to compare arms (`raw`, `stratified` by tier and risk, `cuped`: with
    the expected value as covariate): variance (of `raw` = 1), needed (customers of all arms for
    the wanted power), power (with the list as it is now) and detectable (the least effect seen
    with the wanted power then). `strata` has a row per tier and risk: customers now, and response
    and standard deviation in the past. `holdout_cost` is the money that the control does not
    bring in the window if the effect is real (None: not known).
    """

    list: str
    outcome: str
    effect: float
    days: int
    control_share: float
    wanted_power: float
    customers: int
    control_customers: int
    baseline: float
    deviation: float
    planned_on: dt.date
    plans: pd.DataFrame
    strata: pd.DataFrame
    holdout_cost: float | None
    notes: tuple[str, ...]


def experiment_design(  # noqa: PLR0913  # each is an option of the command
    config: Config | str | Path,
    list: str,  # the option's name
    effect: float,
    *,
    outcome: str = ORDERED,
    days: int | None = None,
    control_share: float = 0.5,
    power: float = 0.8,
    progress: Progress | None = None,
) -> Design:
    """Return the size and the power of a campaign on a list, from what the base did before.

    `effect` is the difference of means to be seen: 0.02 of `ordered` is 2 percentage points more
    customers who order within `days` (default: the horizon); of `orders` and `money` it is per
    customer. The past is the newest scored day whose window is over: the list as it was then, and
    what its customers did. Tests are two-sided at 5 %.

    Raises
    ------
    InputError
        A value is out of range, there is no such list, or the past has no window.
    """
    settings, shown = load_config(config), progress or Silent()
    settings.kind.refuse("experiment design")
    _check(effect, outcome, control_share, power)
    wanted = find_row(settings.customer_lists, list, "list")
    window = days or settings.outlook.horizon_days
    with recorded_here(settings, "experiment-design", shown):
        shown.stage("read and check the data")
        here = settings.model_copy(update={"engine": DUCKDB})
        with open_history(here, None, shown) as history:
            shown.stage("plan the campaign")
            past = _Past.of(here, history, wanted, window, outcome)
            return past.design(effect, control_share, power)


def _check(effect: float, outcome: str, control_share: float, power: float) -> None:
    limits = {
        "effect": (effect != 0, "other than 0", effect),
        "outcome": (outcome in OUTCOMES, f"one of {', '.join(OUTCOMES)}", outcome),
        "control_share": (0 < control_share < 1, "between 0 and 1", control_share),
        "power": (0.05 < power < 1, "between 0.05 and 1", power),
    }
    for name, (holds, wanted, value) in limits.items():
        if not holds:
            raise InputError.of(WRONG, name=name, wanted=wanted, value=value)


@dataclass(frozen=True)
class _Past:
    """A list's customers on a past day with what they did, and how many it holds now."""

    list: str
    outcome: str
    days: int
    day: dt.date
    table: ir.Table
    now: pd.DataFrame
    is_forecast: bool
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls, config: Config, history: History, wanted: CustomerList, days: int, outcome: str
    ) -> "_Past":
        connection, output = history.base.connection, OutputFolder.of(config)
        assert isinstance(connection, Backend)
        newest, until = output.scored_day(), history.base.observed_until
        end = until - dt.timedelta(days=days)
        past = max((day for day in output.scored_dates() if day <= end), default=None)
        if past is None and outcome != ORDERED:
            raise InputError.of(NO_PAST, days=days, until=until, outcome=outcome, day=end)
        day = past or newest
        notes: tuple[str, ...] = ()
        people = _on_list(connection, config, day, wanted)
        if past is None:
            table = people.mutate(ordered=1 - people.churn_probability)
            notes = (Message.of(FORECAST, days=days, day=newest, past=end),)
        else:
            bought = bought_within(history.activity.orders, people, days)
            rows = people.left_join(bought, "customer_id").drop("customer_id_right")
            table = rows.mutate(
                orders=rows.orders.fill_null(0).cast("float64"),
                money=rows.money.fill_null(0.0),
                ordered=(rows.orders > 0).fill_null(False).cast("float64"),
            )
        now = _on_list(connection, config, newest, wanted)
        sizes = now.group_by("tier", "risk").agg(customers=now.count()).to_pandas()
        table = connection.create_table("design", table)
        return cls(wanted.name, outcome, days, day, table, sizes, past is None, notes)

    def design(self, effect: float, control_share: float, power: float) -> Design:
        found = self._moments()
        size, n = int(self.now["customers"].sum()), int(found.count() or 0)
        if min(size, n) < 4:
            few = Message.of(TOO_FEW, list=self.list, customers=min(size, n), day=self.day)
            raise InputError(few)
        strata = self._strata()
        control = round(size * control_share)
        return Design(
            self.list,
            self.outcome,
            effect,
            self.days,
            control_share,
            power,
            size,
            control,
            float(found.mean(self.outcome)),
            float(found.var(self.outcome)) ** 0.5,
            self.day,
            self._plans(found, strata, size, effect, control_share, power),
            strata,
            self._cost(effect, control),
            self.notes,
        )

    def _moments(self) -> Aggregates:
        metric = tt.Mean(self.outcome, COVARIATE)
        found: Aggregates = read_aggregates(self.table, None, **metric.aggr_cols._asdict())
        if not self.is_forecast:
            return found
        share = found.mean(self.outcome)  # a forecast varies less than what will come
        found.var_ = {**found.var_, self.outcome: share * (1 - share)}
        return found

    def _strata(self) -> pd.DataFrame:
        outcome = self.table[self.outcome]
        past = (
            self.table.group_by("tier", "risk")
            .agg(
                past_customers=self.table.count(), response=outcome.mean(), variance=outcome.var()
            )
            .to_pandas()
        )
        if self.is_forecast:
            past["variance"] = past["response"] * (1 - past["response"])
        rows = self.now.merge(past, on=["tier", "risk"], how="outer")
        rows["customers"] = rows["customers"].fillna(0).astype(int)
        rows["deviation"] = rows.pop("variance").fillna(0.0) ** 0.5
        return rows.sort_values(["tier", "risk"], ignore_index=True)

    def _plans(  # what a plan depends on
        self,
        found: Aggregates,
        strata: pd.DataFrame,
        size: int,
        effect: float,
        control_share: float,
        power: float,
    ) -> pd.DataFrame:
        whole = float(found.var(self.outcome))
        seen = strata.dropna(subset=["past_customers"])
        within = float((seen["past_customers"] * seen["deviation"] ** 2).sum())
        variances = {RAW: whole, STRATIFIED: min(whole, within / float(found.count()))}
        if not self.is_forecast:
            cov, spread = found.cov(self.outcome, COVARIATE), found.var(COVARIATE)
            variances[CUPED] = whole - (float(cov) ** 2 / float(spread) if spread else 0.0)
        ratio = (1 - control_share) / control_share
        rows = []
        for name, variance in variances.items():
            data = Aggregates(
                count_=size,
                mean_={self.outcome: found.mean(self.outcome)},
                var_={self.outcome: max(variance, LEAST_VARIANCE)},
            )
            # Normal: Student's t has no degrees of freedom where the search for a size begins.
            own = {"ratio": ratio, "power": power, "use_t": False}
            wanted = tt.Mean(self.outcome, effect_size=effect, **own)
            least = tt.Mean(self.outcome, **own)
            rows.append(
                {
                    "plan": name,
                    "variance": variance / whole if whole else 1.0,
                    "needed": int(_solved(wanted, data, "n_obs").n_obs),
                    "power": float(_solved(wanted, data, "power").power),
                    "detectable": float(_solved(least, data, "effect_size").effect_size),
                }
            )
        return pd.DataFrame(rows)

    def _cost(self, effect: float, control: int) -> float | None:
        """Return the money that the control does not bring if the effect is real."""
        if self.is_forecast:
            return None
        if self.outcome == MONEY:
            return effect * control
        per = self.table[MONEY].sum() / self.table[self.outcome].sum().nullif(0)
        each = per.execute()
        return None if each is None or each != each else float(each) * effect * control


def _solved(metric: tt.Mean, data: Aggregates, what: str) -> tt.metrics.mean.MeanPowerResult:
    return metric.solve_power_from_aggregates(data, what)[0]


def _on_list(connection: Backend, config: Config, day: dt.date, wanted: CustomerList) -> ir.Table:
    """Return the customers of a list on a scored day, with tier, risk and forecasts."""
    base = ListBase.read(connection, config, day)
    rows = select(base.table, wanted)
    return rows.select(
        "customer_id",
        "tier",
        *FORECASTS,
        risk=ibis.ifelse(rows.churn_probability >= HIGH_RISK, "high", "low"),
        start=ibis.date(day.isoformat()),
    )
