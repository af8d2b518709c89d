"""What a contact costs and saves, and how contacts are shared between tiers."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tiercast.config.settings import Settings

Share = Annotated[float, Field(ge=0, le=1)]


class BudgetConfig(Settings):
    """The assumptions of a campaign against churn, and its fair shares.

    A contact is expected to bring `save_rate` times the value at stake, less its `cost`.
    """

    save_rate: float = Field(gt=0, le=1)
    """Share of those who would leave that a contact keeps: an assumption, until it is measured."""
    cost: float = Field(ge=0)
    """What a contact costs, in the money of the orders."""
    contacts: int | None = Field(default=None, ge=1)
    """The most contacts. Left out: as long as one brings more than it costs."""
    floors: dict[str, Share] = Field(default_factory=dict)
    """Least share of the contacts by tier, such as `{dormant: 0.05}`."""
    caps: dict[str, Share] = Field(default_factory=dict)
    """Largest share of the contacts by tier, such as `{top: 0.5}`."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if sum(self.floors.values()) > 1:
            raise ValueError(f"`floors` must sum to 1 at most, but got {self.floors}")
        crossed = sorted(t for t, least in self.floors.items() if least > self.caps.get(t, 1))
        if crossed:
            raise ValueError(
                f"a floor must not lie above the cap of its tier, but got floors {self.floors} "
                f"and caps {self.caps}"
            )
        return self
