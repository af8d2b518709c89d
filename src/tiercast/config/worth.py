"""What counts as the value of orders: revenue, margin, or contribution and its terms."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tiercast.config.schema import Config

Counted = Literal["revenue", "margin", "contribution"]
TERMS = ("return_cost", "referral_share")  # of a contribution, keys of `outlook`


@dataclass(frozen=True)
class Worth:
    """How value is counted; the terms are 0 but with a contribution."""

    value: Counted = "revenue"
    return_cost: float = 0.0
    referral_share: float = 0.0

    @property
    def needs_cost(self) -> bool:
        """Whether order lines must have a cost."""
        return self.value != "revenue"


def wrong_worth(config: "Config") -> str | None:
    """Return what is wrong with the terms of a contribution; None where nothing is."""
    outlook = config.outlook
    given = [term for term in TERMS if getattr(outlook, term)]
    if given and outlook.value != "contribution":
        return (
            f"outlook.{given[0]} is a term of `value: contribution`, but got value "
            f"{outlook.value!r}; set that, or leave `{given[0]}` out"
        )
    if outlook.referral_share and "referrals" not in config.sources:
        return (
            "outlook.referral_share is a share of what referred customers bring; name the table "
            "in sources: `referrals`, or leave `referral_share` out"
        )
    return None
