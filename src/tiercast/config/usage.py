"""How deeply customers use a product, and what they prefer: rules over events."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tiercast.config.settings import Settings

Words = Annotated[tuple[str, ...], Field(min_length=1)]
DISCOVERED = "discovered"
Group = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class UsageLevel(Settings):
    """What a customer must reach; both limits count."""

    features: int = Field(ge=0)
    """Least number of different core features used in the window."""
    days_a_week: float = Field(ge=0, le=7)
    """Least number of days with an event per week of the window."""


class UsageConfig(Settings):
    """Tiers of use and groups of preference, from `events`.

    A core feature is a value of the column `feature` of events; where there is no such column, of
    `event_type`.
    """

    core_features: Words
    """The features that make up the product."""
    window_days: int = Field(default=28, ge=7, le=365)
    """The last days whose events count."""
    deep: UsageLevel = UsageLevel(features=3, days_a_week=5)
    """What makes a customer's use `deep`."""
    medium: UsageLevel = UsageLevel(features=1, days_a_week=2)
    """What makes it `medium`; it is `shallow` else."""
    preferences: dict[Group, Words] | Literal["discovered"] = Field(default_factory=dict)
    """Groups and their features: who uses those of a group most prefers it. `discovered`: groups
    of features that the same customers use."""

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.deep.features > len(self.core_features):
            raise ValueError(
                f"`deep` asks for {self.deep.features} core features, but `core_features` names "
                f"{len(self.core_features)}"
            )
        deep, medium = self.deep, self.medium
        if deep.features < medium.features or deep.days_a_week < medium.days_a_week:
            raise ValueError("`deep` must ask for at least as much as `medium`")
        if isinstance(self.preferences, str):
            return self
        named = [word for words in self.preferences.values() for word in words]
        twice = sorted({word for word in named if named.count(word) > 1})
        if twice:
            raise ValueError(f"`preferences` names each feature once, but got {twice} twice")
        return self
