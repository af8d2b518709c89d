"""The settings of what is predicted: churn, value and horizons."""

import datetime as dt
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_serializer,
)

from tiercast.config.kind import Churn
from tiercast.config.settings import Settings
from tiercast.config.worth import Counted, Worth

LONGEST_DAYS = 1098


def _no_flag(given: object) -> object:
    """Refuse what pydantic would read as 1 or 0."""
    if isinstance(given, bool):
        raise ValueError(f"must be a number of days, but got {str(given).lower()}")
    return given


Days = Annotated[int, Field(ge=1, le=LONGEST_DAYS), BeforeValidator(_no_flag)]
_ONE = TypeAdapter(Days)


def _listed(given: object) -> object:
    """Return a single number as a list of one; the message on it then names no place in a list."""
    if isinstance(_no_flag(given), list | tuple):
        return given
    try:
        return (_ONE.validate_python(given),)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"]) from None


def main_first(days: tuple[int, ...]) -> tuple[int, ...]:
    """Return the first, then the further ones, the shortest first.

    Raises
    ------
    ValueError
        One is named twice.

    Examples
    --------
    >>> main_first((90, 365, 30))
    (90, 30, 365)
    """
    if len(set(days)) < len(days):
        raise ValueError(f"each horizon is named once, but got {list(days)}; take repeats out")
    return (days[0], *sorted(days[1:]))


Horizons = Annotated[
    tuple[Days, ...], Field(min_length=1), BeforeValidator(_listed), AfterValidator(main_first)
]


class OutlookConfig(Settings):
    """The targets: no order within `horizon_days` (churn), and the value within it.

    With `churn: label` a column of the table `customers` says who left; there is no horizon.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    churn: Churn = "orders"
    """What churn is: no order within the horizon (`orders`), the end of a customer's contracts
    (`subscription`), or a column says so (`label`).
    """
    grace_days: int = Field(default=14, ge=0, le=365)
    """With `churn: subscription` alone: a contract that starts so soon after an end carries it on.
    """
    column: str | None = Field(default=None, min_length=1)
    """With `churn: label`: the column that says who left."""
    positive: bool | int | float | str | None = None
    """With `churn: label`: the value of those who left. Default: yes, true, 1 or the like."""
    value_column: str | None = Field(default=None, min_length=1)
    """With `churn: label`: what a customer who stays is worth. Left out: risk bands, no value."""
    as_of: dt.date | None = None
    """With `churn: label`: the day of the table, which has no dates. `--as-of` goes before it."""
    horizons: Horizons = Field(default=(90,), alias="horizon_days")
    """Length of the prediction window in days. Churn is no order within it. A list, such as
    `[90, 30, 365]`, has further horizons: the first is the main one, for tiers and actions."""
    active_days: int | None = Field(default=365, ge=1)
    """A customer without an order for longer is in the lifecycle stage `lost`; null: never."""
    value: Counted = "revenue"
    """Future value: net revenue, margin (amount less cost), or contribution: margin less the cost
    of returns, and a share of what those bring whom the customer referred.
    """
    return_cost: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """With `value: contribution`: what a returned order costs (each day with lines below 0)."""
    referral_share: float = Field(default=0.0, ge=0, le=1)
    """With `value: contribution`: the share of the margin of those whom a customer brought."""

    @property
    def worth(self) -> Worth:
        """How the value of orders is counted."""
        return Worth(self.value, self.return_cost, self.referral_share)

    @property
    def horizon_days(self) -> int:
        """The main horizon, which tiers, alerts, playbook and gate go by."""
        return self.horizons[0]

    @property
    def further_days(self) -> tuple[int, ...]:
        """The further horizons, the shortest first."""
        return self.horizons[1:]

    @field_serializer("horizons")
    def _as_given(self, horizons: tuple[int, ...]) -> int | list[int]:
        return horizons[0] if len(horizons) == 1 else list(horizons)
