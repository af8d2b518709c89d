"""How customers are put into tiers of future value."""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from tiercast.config.settings import Settings


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
    """Cuts between tiers, best first: shares of buyers (percentile), or money (amounts, where they
    must be given). Natural breaks find their own.
    """
    assign: Literal["matched", "most_probable"] = "matched"
    """`matched`: as many customers per tier as the probabilities sum to. `most_probable`: the
    likeliest tier of each.
    """
    hysteresis: float = Field(default=0.0, ge=0, lt=1)
    """By what share a customer must pass a boundary to leave the previous tier; 0: off."""

    @model_validator(mode="before")
    @classmethod
    def _natural_breaks_have_no_cuts(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("method") == "natural_breaks":
            return {"cuts": (), **given}
        return given

    @model_validator(mode="after")
    def _cuts_suit_their_method(self) -> Self:
        if self.method == "natural_breaks" and self.cuts:
            raise ValueError(
                f"with `method: natural_breaks` the cuts are found, but got cuts {self.cuts}; "
                "leave `cuts` out, or choose another method"
            )
        if self.method == "amounts" and "cuts" not in self.model_fields_set:
            raise ValueError(
                "`method: amounts` needs `cuts` in money, best tier first, such as "
                "`cuts: [500, 100]`; add them"
            )
        if self.method == "amounts" and not all(0 < cut < math.inf for cut in self.cuts):
            raise ValueError(f"amounts of `cuts` must be above 0, but got {self.cuts}")
        return self

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
