"""The settings of one customer base, as frozen models: what a YAML file may say."""

import itertools
import re
import zoneinfo
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, field_validator, model_validator

from tiercast.config.alerts import AlertRule, AlertsConfig, default_rules
from tiercast.config.monitor import Limits as Limits  # a part of this module's vocabulary
from tiercast.config.monitor import MonitorConfig
from tiercast.config.plugins import rows_of, unknown_plugins
from tiercast.config.settings import Settings
from tiercast.config.source import SourceConfig as SourceConfig
from tiercast.config.text import Text

TableName = Literal[
    "transactions", "customers", "events", "contacts", "subscriptions", "referrals"
]

# What a challenger may have to be better by than the champion (rows of modeling/metrics.py); a
# plugin's metric of churn or value may be named, too.
GATE_METRICS = (
    "auc",
    "average_precision",
    "brier",
    "log_loss",
    "gini",
    "spearman",
    "mae",
    "rmse",
)

DUCKDB, LOCAL_SPARK = "duckdb", "local-spark"
POSTGRESQL, DUCKDB_FILE = "postgresql://", "duckdb://"
DATABASES = (POSTGRESQL, DUCKDB_FILE)
# What looks like a URL, but is no place that files can be written to.
NO_STORES = ("sample", "http", "https", "postgresql", "duckdb")
REMOTE_PATH = re.compile(r"[a-z][a-z0-9+]+://")
SPARK_MASTER = re.compile(r"spark://[^/\s:]+:\d+(,[^/\s:]+:\d+)*")


class OutlookConfig(Settings):
    """What is predicted: no order within `horizon_days` (churn), and the value within it."""

    horizon_days: int = Field(default=90, ge=1, le=1098)
    """Length of the prediction window in days. Churn is no order within it."""
    active_days: int | None = Field(default=365, ge=1)
    """A customer without an order for longer is in the lifecycle stage `lost`; null: never."""
    value: Literal["revenue", "margin"] = "revenue"
    """What future value is: net revenue, or margin (amount less cost)."""


class TrainConfig(Settings):
    """How the model is trained: past cutoffs, tuning and the gate."""

    snapshots: int = Field(default=8, ge=1, le=100)
    """Number of past cutoffs that the model is trained on."""
    every_days: int | None = Field(default=None, ge=1)
    """Days between two cutoffs. Default: a third of the horizon, at least 7."""
    trials: int = Field(default=30, ge=0)
    """Number of tuning trials."""
    timeout_seconds: int | None = Field(default=None, ge=1)
    """No new trial starts after this time. The result then depends on the machine."""
    seed: int = Field(default=7, ge=0)
    """Seed of every random draw."""
    gate_metric: str = "log_loss"
    """The metric by which a new model must be better to become the champion."""


class TiersConfig(Settings):
    """Bands of future value, best first; the last name always means "no order in the horizon".

    With `hysteresis` the margin is a share of the expected value where tiers are `matched` (their
    sizes may then differ from the matched ones), else of the old tier's probability.
    """

    names: tuple[str, ...] = ("top", "potential", "general", "dormant")
    """Tier names, best first. The last always means "no order within the horizon"."""
    method: Literal["percentile", "natural_breaks", "amounts"] = "percentile"
    """How buyers are cut into tiers: shares of buyers, natural breaks, or amounts of money."""
    cuts: tuple[float, ...] = (0.8, 0.5)
    """Cuts between tiers, best first: shares of buyers (percentile) or money (amounts)."""
    assign: Literal["matched", "most_probable"] = "matched"
    """`matched`: as many customers per tier as the probabilities sum to. `most_probable`: the
    likeliest tier of each.
    """
    hysteresis: float = Field(default=0.0, ge=0, lt=1)
    """By what share a customer must pass a boundary to leave the previous tier; 0: off."""

    @model_validator(mode="after")
    def _names_fit_cuts(self) -> Self:
        if len(self.names) < 2 or len(set(self.names)) != len(self.names):
            raise ValueError(f"tier names must be at least two and distinct, but got {self.names}")
        wanted = len(self.names) - 2
        if self.method != "natural_breaks" and len(self.cuts) != wanted:
            raise ValueError(
                f"{len(self.names)} tier names need {wanted} cuts (the last name is for "
                f"customers without an order), but got {len(self.cuts)}: {self.cuts}"
            )
        if self.method == "percentile" and not all(0 < cut < 1 for cut in self.cuts):
            raise ValueError(f"percentile cuts must lie between 0 and 1, but got {self.cuts}")
        if any(low >= high for high, low in zip(self.cuts, self.cuts[1:], strict=False)):
            raise ValueError(f"tier cuts must fall from the best tier on, but got {self.cuts}")
        return self


def _ascending(edges: tuple[float, ...]) -> tuple[float, ...]:
    if any(low >= high for low, high in itertools.pairwise(edges)):
        raise ValueError(f"edges must rise, but got {edges}")
    return edges


Edges = Annotated[tuple[float, ...], Field(min_length=1), AfterValidator(_ascending)]


class RfmEdgesConfig(Settings):
    """Fixed inner edges of the RFM scores, rising; one score more than edges."""

    recency_days: Edges
    """Edges of the days since the last order."""
    orders: Edges
    """Edges of the number of orders."""
    amount: Edges
    """Edges of the money spent."""


class RfmWeightsConfig(Settings):
    """How much each score counts in the total."""

    recency: float = Field(default=1.0, gt=0)
    """Weight of the recency score."""
    frequency: float = Field(default=1.0, gt=0)
    """Weight of the frequency score."""
    monetary: float = Field(default=1.0, gt=0)
    """Weight of the monetary score."""


class RfmConfig(Settings):
    """How RFM scores are cut: by quantile into `bins`, or at fixed `edges`."""

    method: Literal["quantile", "edges"] = "quantile"
    """Scores by quantile, or at fixed `edges`."""
    bins: int = Field(default=5, ge=2, le=10)
    """Number of scores per dimension."""
    edges: RfmEdgesConfig | None = None
    """Fixed inner edges; one score more than edges."""
    weights: RfmWeightsConfig = RfmWeightsConfig()
    """How much each score counts in the total."""

    @model_validator(mode="before")
    @classmethod
    def _given_edges_mean_edges(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("edges") and "method" not in given:
            return {**given, "method": "edges", "bins": _bins_of(given["edges"])}
        return given

    @model_validator(mode="after")
    def _edges_fit_method(self) -> Self:
        if (self.method == "edges") != (self.edges is not None):
            raise ValueError("rfm `method: edges` and the `edges` themselves go together")
        if self.edges is not None:
            counts = {name: len(edges) + 1 for name, edges in self.edges}
            if set(counts.values()) != {self.bins}:
                raise ValueError(f"{self.bins} bins need one edge less each, but got {counts}")
        return self


def _bins_of(edges: object) -> int:
    lists = list(edges.values()) if isinstance(edges, dict) else []
    return len(lists[0]) + 1 if lists and isinstance(lists[0], list | tuple) else 5


def _known_database(url: str) -> str:
    if not url.startswith(DATABASES):
        known = " or ".join(DATABASES)
        scheme = url.partition(":")[0]  # the rest may hold a password
        raise ValueError(f"connection must begin with {known}, but got {scheme}:...")
    return url


def _writable_store(url: str) -> str:
    scheme = url.partition("://")[0]  # the rest may hold a password
    if not REMOTE_PATH.match(url) or scheme in NO_STORES:
        raise ValueError(
            "output.url must name a folder of an object store, as s3://BUCKET/FOLDER, gs://, "
            f"abfs:// or file:///FOLDER do, but got {scheme}:...; a folder here is output.path, a "
            "database output.connection"
        )
    return url.rstrip("/")


class OutputConfig(Settings):
    """Where results are written: a folder and, where they are given, other places too."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    path: Text
    """Folder of this machine for all results. Default: `runs/<name>`."""
    connection: Annotated[Text, AfterValidator(_known_database)] | None = Field(
        default=None, repr=False
    )
    """A database that gets the results too: `postgresql://...` or `duckdb://FILE`."""
    url: Annotated[Text, AfterValidator(_writable_store)] | None = Field(default=None, repr=False)
    """A folder of an object store that gets the results too, such as `s3://BUCKET/FOLDER`."""
    # Lower case, so that people who ask the database need few quotes; `schema` is pydantic's.
    schema_name: str = Field(default="tiercast", alias="schema", pattern=r"^[a-z][a-z0-9_]{0,62}$")
    """The schema of the database's tables; each customer base needs its own."""

    @field_validator("path")
    @classmethod
    def _on_this_machine(cls, path: str) -> str:
        if REMOTE_PATH.match(path):
            raise ValueError(
                "output.path must be a folder on this machine, where the work is done; name the "
                f"other place as output.url, and results go there too, whole, but got {path}"
            )
        return path


class FeatureStoreConfig(Settings):
    """A folder that keeps order lines reduced to customer-days: later runs read only new lines.

    Where stored lines change later, a run says so and reads all lines.
    """

    path: Text
    """Folder of the store."""
    late_days: int = Field(default=14, ge=0)
    """A day is stored once it lies this many days before the newest order."""

    @field_validator("path")
    @classmethod
    def _on_this_machine(cls, path: str) -> str:
        if REMOTE_PATH.match(path):
            raise ValueError(
                f"feature_store.path must be a folder on this machine, but got {path}"
            )
        return path


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
    """The tables, by name; `transactions` is required."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The zone whose days are counted (IANA name). Times with an offset are converted into it."""
    outlook: OutlookConfig = OutlookConfig()
    """What is predicted."""
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
    output: OutputConfig
    """Where results are written."""
    feature_store: FeatureStoreConfig | None = None
    """A folder that stores reduced order lines, so that later runs read new lines only."""
    plugins: tuple[str, ...] = ()
    """Installed packages (entry points) that add features, metrics, rules or models."""
    language: Literal["en", "zh"] = "en"
    """Language of everything a person reads in results: `en` or `zh`."""

    @model_validator(mode="before")
    @classmethod
    def _default_output(cls, given: object) -> object:
        if not isinstance(given, dict) or "name" not in given:
            return given
        output = given.get("output", {})
        if not isinstance(output, dict):
            return given
        return {**given, "output": {"path": f"runs/{given['name']}", **output}}

    @model_validator(mode="after")
    def _transactions_given(self) -> Self:
        if "transactions" not in self.sources:
            raise ValueError("sources must name the table `transactions`")
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

    @property
    def alert_rules(self) -> tuple[AlertRule, ...]:
        """The alert rules that are on, those of plugins among them."""
        return self.alerts.active(self.plugins)

    @property
    def on_spark(self) -> bool:
        """Whether the engine is Spark, on this machine or on a cluster."""
        return self.engine != DUCKDB

    @property
    def every_days(self) -> int:
        """Days between two training cutoffs."""
        return self.train.every_days or max(7, self.outlook.horizon_days // 3)
