"""The kinds of customer base: what churn is decides tables, dates and which commands apply."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiercast.config.errors import InputError
from tiercast.config.message import Message

TableName = Literal[
    "transactions", "customers", "events", "contacts", "subscriptions", "referrals"
]
Churn = Literal["orders"]


@dataclass(frozen=True)
class Kind:
    """One kind of base: every place that differs between kinds asks here.

    `lead` is the table that says who is a customer; a config must name it. `has_dates` says
    whether its rows have times, so that a day cuts them. `refused` names the commands that do not
    apply, each with the reason.
    """

    churn: Churn
    lead: TableName
    has_dates: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_orders(self) -> bool:
        """Whether customers are those with an order."""
        return self.lead == "transactions"

    def refuse(self, command: str) -> None:
        """Refuse a command that does not apply to this kind.

        Raises
        ------
        InputError
            It does not; the message says why.
        """
        if command in self.refused:
            raise InputError(
                Message.of(
                    "`tiercast {command}` does not apply to `churn: {churn}`: {reason!t}.",
                    command=command,
                    churn=self.churn,
                    reason=self.refused[command],
                )
            )


KINDS: Mapping[Churn, Kind] = {kind.churn: kind for kind in (Kind("orders", lead="transactions"),)}
