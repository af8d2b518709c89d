"""Facts of a training, as plain values."""

from pydantic import Field

from tiercast.config.kind import Churn
from tiercast.config.rfm import RfmWeightsConfig
from tiercast.config.schema import Config
from tiercast.config.settings import Settings
from tiercast.config.worth import Counted, Worth
from tiercast.features.feature import Setting
from tiercast.features.preferences import PreferenceGroups
from tiercast.modeling.assignment import Assign
from tiercast.modeling.phrases import Language
from tiercast.modeling.target import Target
from tiercast.snapshots.grid import OrderGrid
from tiercast.snapshots.outlying import OrderLimit


class ModelFacts(Settings):
    """Facts of the training: its data and its settings, as plain values.

    Orders beyond `limit` count as large ordinary ones (None: all count in full).
    Where all orders lie on a calendar grid, `grid` is it, `grid_days` how many of its days the
    horizon held, and `window_days` the length of past windows that held as many. `by` is the
    column of the groups that the model knows, `preferences` are the groups of preference that
    were found in events before the training (None: none were asked for).
    """

    name: str
    trained_as_of: str
    horizon_days: int
    window_days: int | None = None
    limit: OrderLimit | None = None
    grid: OrderGrid | None = None
    grid_days: int | None = None
    value: Counted
    return_cost: float = 0.0
    referral_share: float = 0.0
    tier_names: tuple[str, ...]
    assign: Assign
    event_types: tuple[str, ...]
    plans: tuple[str, ...] = ()
    churn: Churn = "orders"
    feature_names: tuple[str, ...]
    profile_columns: tuple[str, ...]
    active_days: int | None
    population_gap_days: float
    partner_base: float
    on_clock: bool = False
    season: str = ""
    certainty: str = ""
    language: Language
    rfm_weights: RfmWeightsConfig
    plugins: dict[str, str] = Field(default_factory=dict)
    by: str | None = None
    preferences: PreferenceGroups | None = None
    further_settings: dict[str, str] = Field(default_factory=dict)

    @property
    def setting(self) -> Setting:
        """What feature expressions depend on."""
        plugins = tuple(self.plugins)
        days, plans = self.training_days, self.plans
        return Setting(days, self.event_types, self.on_clock, plugins, plans=plans)

    @property
    def training_days(self) -> int:
        """The length of the training windows, in days."""
        return self.window_days or self.horizon_days

    @property
    def target(self) -> Target:
        """What the model forecasts."""
        worth = Worth(self.value, self.return_cost, self.referral_share)
        return Target.of_worth(self.horizon_days, worth)


def further_settings(config: Config) -> dict[str, str]:
    """Return settings that shape a training and have no field of their own, by name, as text."""
    settings: dict[str, object] = {
        "tiers.method": config.tiers.method,
        "outlook.grace_days": config.outlook.grace_days,
        "features.without": config.features.without,
        "protected": config.protected,
        "rfm.weights": tuple(config.rfm.weights.model_dump().values()),
    }
    if config.tiers.method != "natural_breaks":
        settings["tiers.cuts"] = config.tiers.cuts
    return {name: setting_text(value) for name, value in settings.items()}


def setting_text(value: object) -> str:
    """Return a setting as text; several values with commas between."""
    return (", ".join(map(str, value)) or "none") if isinstance(value, tuple) else str(value)
