"""What a contact costs and saves, and how contacts are shared between tiers."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tiercast.config.settings import Settings

Share = Annotated[float, Field(ge=0, le=1)]


class BudgetConfig(Settings):
    """The assumptions of a campaign against churn, and its fair shares.

    A contact is expected to bring the save rate times the value at stake, less its `cost`. The
    save rate is either assumed (`save_rate`) or that of a measured campaign (`measured`).
    """

    save_rate: float | None = Field(default=None, gt=0, le=1)
    """Share of those who would leave that a contact keeps: an assumption, until it is measured."""
    measured: str | None = None
    """A measured campaign whose save rate counts: `CAMPAIGN`, or `CAMPAIGN:ARM` of several."""
    cost: float = Field(ge=0)
    """What a contact costs, in the money of the orders."""
    contacts: int | None = Field(default=None, ge=1)
    """The most contacts. Left out: as long as one brings more than it costs."""
    floors: dict[str, Share] = Field(default_factory=dict)
    """Least share of the contacts made by tier, such as `{dormant: 0.05}`."""
    caps: dict[str, Share] = Field(default_factory=dict)
    """Largest share of `contacts` (left out: of those that pay) by tier, such as `{top: 0.5}`."""

    @model_validator(mode="after")
    def _stands_on_one(self) -> Self:
        if (self.save_rate is None) == (self.measured is None):
            raise ValueError(
                "`budget` needs either an assumption, such as `save_rate: 0.05`, or a measured "
                f"campaign, such as `measured: spring`, but got save_rate {self.save_rate} and "
                f"measured {self.measured}"
            )
        return self

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
