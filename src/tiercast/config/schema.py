"""The settings of one customer base, as frozen models: what a YAML file may say."""

import re
import zoneinfo
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from tiercast.config.alerts import AlertRule, AlertsConfig, default_rules
from tiercast.config.budget import BudgetConfig
from tiercast.config.currency import known_currency
from tiercast.config.features import FeaturesConfig
from tiercast.config.kind import EXPERIMENT, KINDS, Kind
from tiercast.config.kind import TableName as TableName  # a part of this module's vocabulary
from tiercast.config.label import label_tiers, wrong_label
from tiercast.config.lists import CustomerList, lists_of
from tiercast.config.monitor import Limits as Limits  # a part of this module's vocabulary
from tiercast.config.monitor import MonitorConfig
from tiercast.config.nearest import hint
from tiercast.config.outlook import (
    OutlookConfig as OutlookConfig,  # a part of this module's vocabulary
)
from tiercast.config.output import FeatureStoreConfig, OutputConfig, RetentionConfig
from tiercast.config.playbook import Play, check_words, plays_of
from tiercast.config.plugins import rows_of, unknown_plugins
from tiercast.config.report import ReportConfig
from tiercast.config.rfm import RfmConfig
from tiercast.config.serve import ServeConfig
from tiercast.config.settings import Settings
from tiercast.config.source import SourceConfig as SourceConfig
from tiercast.config.text import Text
from tiercast.config.tiers import TiersConfig
from tiercast.config.training import GATE_METRICS as GATE_METRICS
from tiercast.config.training import TrainConfig as TrainConfig
from tiercast.config.usage import UsageConfig
from tiercast.config.worth import wrong_worth

DUCKDB, LOCAL_SPARK = "duckdb", "local-spark"
SPARK_MASTER = re.compile(r"spark://[^/\s:]+:\d+(,[^/\s:]+:\d+)*")


def _known_engine(engine: str) -> str:
    if engine not in (DUCKDB, LOCAL_SPARK) and not SPARK_MASTER.fullmatch(engine):
        raise ValueError(
            f"engine must be {DUCKDB}, {LOCAL_SPARK} or spark://HOST:PORT, but got {engine!r}"
        )
    return engine


def _known_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "timezone must be a name of the IANA database, such as Europe/Berlin or UTC, but got "
            f"{name!r}"
        ) from None
    return name


class Config(Settings):
    """Everything tiercast needs to know about one customer base."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """Name of the customer base: MLflow experiment, registered model and output folder."""
    engine: Annotated[str, AfterValidator(_known_engine)] = DUCKDB
    """Where the work is done: `duckdb` (this machine), `local-spark`, or `spark://HOST:PORT`."""
    sources: dict[TableName, SourceConfig]
    """The tables, by name. `transactions` is required; with `churn: label`, `customers` is. A past
    experiment may have `contacts` with `outcomes` instead."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The zone whose days are counted (IANA name). Times with an offset are converted into it."""
    outlook: OutlookConfig = OutlookConfig()
    """The targets that are predicted."""
    features: FeaturesConfig = FeaturesConfig()
    """What models learn from."""
    protected: tuple[str, ...] = ()
    """Profile columns that no model learns from, and by whose groups each model is audited."""
    usage: UsageConfig | None = None
    """Tiers of use and groups of preference, from `events`. Left out: none."""
    customer: Literal["customer", "account"] = "customer"
    """Who is scored: each `customer_id`, or each `account_id` that contacts buy for."""
    by: Text | None = None
    """A column of `customers` or of the order lines, such as `region`: each of its groups gets
    tiers, totals and chapters of its own. Left out: no groups.
    """
    train: TrainConfig = TrainConfig()
    """How the model is trained."""
    tiers: TiersConfig = TiersConfig()
    """How future value is cut into tiers."""
    rfm: RfmConfig = RfmConfig()
    """How RFM scores are cut."""
    monitor: MonitorConfig = MonitorConfig()
    """Limits of `tiercast monitor`."""
    # Left out of what is stored of a config: an address may hold a key.
    alerts: AlertsConfig = Field(default=AlertsConfig(), exclude=True)
    """Alert rules, and where alerts are delivered."""
    playbook: Text | None = None
    """A YAML file of plays: what to do with whom. Default: the package's own plays."""
    output: OutputConfig
    """Where results are written."""
    # Left out of what is stored of a config: no score depends on them.
    lists: Text | None = Field(default=None, exclude=True)
    """A YAML file of own lists for `tiercast export`, added to the package's."""
    export_formats: Text | None = Field(default=None, exclude=True)
    """A YAML file of own export formats (column maps), added to the package's."""
    feature_store: FeatureStoreConfig | None = None
    """A folder that stores reduced order lines, so that later runs read new lines only."""
    holdout: float = Field(default=0.0, ge=0, le=0.5, exclude=True)
    """Share of customers held out of every campaign and every exported list, such as 0.05."""
    plugins: tuple[str, ...] = ()
    """Installed packages (entry points) that add features, metrics, rules or models."""
    currency: Annotated[str, AfterValidator(known_currency)] | None = None
    """How money is shown: a code of ISO 4217, such as `EUR`. Left out: no sign."""
    language: Literal["en", "zh"] = "en"
    """Language of everything a person reads in results: `en` or `zh`."""
    report: ReportConfig = ReportConfig()
    """What the report shows."""
    # Left out of what is stored of a config: no score depends on it.
    retention: RetentionConfig = Field(default=RetentionConfig(), exclude=True)
    """For how many days results that hold customers are stored."""
    budget: BudgetConfig | None = Field(default=None, exclude=True)
    """What a contact costs and saves. Left out: no profit of contacts is shown."""
    # Left out of what is stored of a config: it holds a secret.
    serve: ServeConfig = Field(default=ServeConfig(), exclude=True)
    """Who may ask `tiercast serve`."""

    @model_validator(mode="before")
    @classmethod
    def _default_output(cls, given: object) -> object:
        if not isinstance(given, dict) or "name" not in given:
            return given
        output = given.get("output", {})
        if not isinstance(output, dict):
            return given
        return {**given, "output": {"path": f"runs/{given['name']}", **output}}

    @model_validator(mode="before")
    @classmethod
    def _default_tiers_of_labels(cls, given: object) -> object:
        if isinstance(given, dict) and "tiers" not in given and label_tiers(given) is not None:
            return {**given, "tiers": label_tiers(given)}
        return given

    @model_validator(mode="after")
    def _lead_table_given(self) -> Self:
        if self.kind.lead not in self.sources:
            raise ValueError(f"sources must name the table `{self.kind.lead}`")
        return self

    @model_validator(mode="after")
    def _only_contacts_have_outcomes(self) -> Self:
        for name, source in self.sources.items():
            if source.outcomes and name != "contacts":
                raise ValueError(
                    f"`outcomes` goes with `contacts` alone, but sources.{name} has it; leave it "
                    "out there"
                )
        return self

    @model_validator(mode="after")
    def _label_stands_alone(self) -> Self:
        if wrong := wrong_label(self):
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _terms_have_their_value(self) -> Self:
        if wrong := wrong_worth(self):
            raise ValueError(wrong)
        return self

    @model_validator(mode="after")
    def _contracts_are_counted_alone(self) -> Self:
        if not self.has_contracts:
            return self
        wrong = {
            "sources.transactions": "transactions" in self.sources,
            f"outlook.value: {self.outlook.value}": self.outlook.value != "revenue",
            "feature_store": self.feature_store is not None,
            f"engine: {self.engine}": self.on_spark,
        }
        if named := [name for name, is_set in wrong.items() if is_set]:
            raise ValueError(
                "with `churn: subscription` the payments follow from the contracts, counted on "
                f"this machine, but got `{named[0]}`; leave it out"
            )
        return self

    @model_validator(mode="after")
    def _only_contracts_have_grace(self) -> Self:
        given = self.outlook.grace_days
        if not self.has_contracts and given != type(self.outlook)().grace_days:
            raise ValueError(
                f"outlook.grace_days goes with `churn: subscription` alone, but got {given} with "
                f"`churn: {self.outlook.churn}`; leave it out"
            )
        return self

    @model_validator(mode="after")
    def _scores_are_kept_until_graded(self) -> Self:
        stored, longest = self.retention.scores, max(self.outlook.horizons)
        if stored is not None and stored < longest:
            raise ValueError(
                f"retention.scores must be at least the longest horizon, {longest} days, or no "
                f"scores are graded, but got {stored}"
            )
        return self

    @field_validator("plugins")
    @classmethod
    def _installed(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        twice = sorted({name for name in names if names.count(name) > 1})
        wrong = f"a plugin is named once, but got {twice} twice" if twice else None
        if wrong := wrong or unknown_plugins(names):
            raise ValueError(wrong.rstrip("."))
        return names

    @model_validator(mode="after")
    def _stores_features_on_duckdb(self) -> Self:
        if self.feature_store is not None and self.on_spark:
            raise ValueError(
                f"a `feature_store` works with `engine: {DUCKDB}` alone, but got engine "
                f"{self.engine!r}; leave one of the two out"
            )
        return self

    @model_validator(mode="after")
    def _gate_knows_its_metric(self) -> Self:
        name = self.train.gate_metric
        if name in GATE_METRICS:
            return self
        rows = rows_of(self.plugins, "metrics", object)
        own = {getattr(row, "name", ""): getattr(row, "kind", "") for _, row in rows}
        added = [one for one, kind in own.items() if kind in ("churn", "value")]
        if name not in added:
            known = ", ".join((*GATE_METRICS, *added))
            raise ValueError(f"train.gate_metric must be one of {known}, but got {name!r}")
        return self

    @model_validator(mode="after")
    def _leaves_out_alerts_there_are(self) -> Self:
        if not set(self.alerts.without) <= {rule.name for rule in default_rules()}:
            self.alerts.active(self.plugins)  # reads the plugins, which takes time
        return self

    @model_validator(mode="after")
    def _plays_name_tiers_there_are(self) -> Self:
        check_words(self.plays, "tier", self.tiers.names, self.playbook or "Playbook")
        return self

    @model_validator(mode="after")
    def _budget_names_tiers_there_are(self) -> Self:
        given = {} if self.budget is None else {**self.budget.floors, **self.budget.caps}
        for name in given:
            if name not in self.tiers.names:
                raise ValueError(f"`budget` names a tier `{name}`; {hint(name, self.tiers.names)}")
        return self

    @property
    def kind(self) -> Kind:
        """What kind of base it is, by what churn is."""
        return EXPERIMENT if self._is_experiment else KINDS[self.outlook.churn]

    @property
    def _is_experiment(self) -> bool:
        """Whether the base has contacts with their outcomes, and no orders."""
        contacts = self.sources.get("contacts")
        has_outcomes = contacts is not None and bool(contacts.outcomes)
        own = self.outlook.churn == "orders" and "transactions" not in self.sources
        return own and has_outcomes

    @model_validator(mode="after")
    def _usage_has_events(self) -> Self:
        if self.usage is not None and not self.kind.has_dates:
            raise ValueError(
                "`usage` counts events before a day, but a table with `churn: label` has no "
                "dates; leave `usage` out"
            )
        if self.usage is not None and "events" not in self.sources:
            raise ValueError("`usage` is counted from events; name the table in sources: `events`")
        return self

    @model_validator(mode="after")
    def _protects_what_there_is(self) -> Self:
        if self.protected and "customers" not in self.sources:
            raise ValueError(
                "`protected` names columns of profiles; name the table in sources: `customers`"
            )
        return self

    @model_validator(mode="after")
    def _accounts_are_counted_whole(self) -> Self:
        wrong = {"churn: label": not self.kind.has_dates, "feature_store": self.feature_store}
        if self.customer == "account" and (named := [n for n, is_set in wrong.items() if is_set]):
            raise ValueError(f"`customer: account` does not go with `{named[0]}`; leave one out")
        return self

    @model_validator(mode="after")
    def _groups_are_not_protected(self) -> Self:
        if self.by in self.protected:
            raise ValueError(
                f"`by: {self.by}` would treat customers by a `protected` column; leave one out"
            )
        return self

    @model_validator(mode="after")
    def _groups_have_dates(self) -> Self:
        if self.by is not None and not self.kind.has_dates:
            raise ValueError(
                f"`by: {self.by}` needs orders or contracts, but with `churn: label` there are "
                "none; leave `by` out"
            )
        return self

    @property
    def has_contracts(self) -> bool:
        """Whether customers are those with a contract, who churn when it ends."""
        return self.outlook.churn == "subscription"

    @property
    def grace_days(self) -> int:
        """Days after the end of a horizon until its outcome is known; 0 without contracts."""
        return self.outlook.grace_days if self.has_contracts else 0

    @property
    def plays(self) -> tuple[Play, ...]:
        """The plays, in order: those of the file that `playbook` names, or the package's."""
        return plays_of(self.playbook, self.kind.playbook)

    @property
    def customer_lists(self) -> Mapping[str, CustomerList]:
        """The lists by name: the package's, then those of the file that `lists` names."""
        return lists_of(self.lists, self.kind.lists)

    @property
    def alert_rules(self) -> tuple[AlertRule, ...]:
        """The alert rules that are on, those of plugins among them."""
        rules = self.alerts.active(self.plugins)
        if self.kind.default_alerts is None:
            return rules
        wanted = {*self.kind.default_alerts, *(rule.name for rule in self.alerts.rules)}
        return tuple(rule for rule in rules if rule.name in wanted)

    @property
    def on_spark(self) -> bool:
        """Whether the engine is Spark, on this machine or on a cluster."""
        return self.engine != DUCKDB

    @property
    def every_days(self) -> int:
        """Days between two training cutoffs."""
        return self.days_between(self.outlook.horizon_days)

    def days_between(self, horizon_days: int) -> int:
        """Return the days between two training cutoffs of a horizon."""
        return self.train.every_days or max(7, horizon_days // 3)
