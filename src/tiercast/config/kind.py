"""The kinds of customer base: what churn is decides tables, dates and which commands apply."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tiercast.config.errors import InputError

TableName = Literal[
    "transactions", "customers", "events", "contacts", "subscriptions", "referrals"
]
Churn = Literal["orders", "label", "subscription"]

CROSS_SECTION = "a label table is a cross-section without dates"
CONTACTS_ALONE = "a base of `contacts`"
NO_ORDERS = (
    "the base has contacts and their outcomes, but no orders; `tiercast check`, `tiercast "
    "experiment measure` and `tiercast experiment target` apply"
)


@dataclass(frozen=True)
class Kind:
    """One kind of base: every place that differs between kinds asks here.

    `lead` is the table that says who is a customer; a config must name it. `has_dates` says
    whether its rows have times, so that a day cuts them. `refused` names the commands that do not
    apply, or a group such as `experiment`, each with the reason. `playbook` and `lists` are the
    package's files of plays and lists for it, `default_alerts` the default alert rules that
    apply (None: all).
    """

    churn: Churn
    lead: TableName
    has_dates: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)
    playbook: str = "playbook.yaml"
    lists: str = "lists.yaml"
    default_alerts: tuple[str, ...] | None = None

    @property
    def what(self) -> str:
        """How a message calls such a base."""
        return CONTACTS_ALONE if self.lead == "contacts" else f"`churn: {self.churn}`"

    @property
    def has_orders(self) -> bool:
        """Whether the base has orders: lines of its own, or what its contracts pay."""
        return self.lead in ("transactions", "subscriptions")

    def refuse(self, command: str) -> None:
        """Refuse a command that does not apply to this kind.

        Raises
        ------
        InputError
            It does not; the message says why.
        """
        group = command.partition(" ")[0]
        if (reason := self.refused.get(command, self.refused.get(group))) is None:
            return
        raise InputError.of(
            "`tiercast {command}` does not apply to {what!t}: {reason!t}.",
            command=command,
            what=self.what,
            reason=reason,
        )


KINDS: Mapping[Churn, Kind] = {
    kind.churn: kind
    for kind in (
        Kind("orders", lead="transactions"),
        Kind(
            "label",
            lead="customers",
            has_dates=False,
            refused={
                "verify": f"{CROSS_SECTION}, so no past day can be replayed",
                "monitor": f"{CROSS_SECTION}, so no outcome follows that scores could be held "
                "against",
                "migration": f"{CROSS_SECTION}, so nobody moves between two days",
                "churn-definition": "the label column itself says who left",
                "features": "the columns of the label table are the features",
                "experiment": f"{CROSS_SECTION}, so nothing follows a campaign",
            },
            playbook="playbook_label.yaml",
            lists="lists_label.yaml",
            default_alerts=("left_top_tier", "risk_crossed_limit"),
        ),
        Kind(
            "subscription",
            lead="subscriptions",
            refused={"churn-definition": "a contract's end is the churn, not a silence"},
            playbook="playbook_subscription.yaml",
            lists="lists_subscription.yaml",
            default_alerts=("left_top_tier", "risk_crossed_limit"),
        ),
    )
}


# A past experiment that records its outcomes itself: nothing but `tiercast experiment` applies.
EXPERIMENT = Kind(
    "orders",
    lead="contacts",
    refused=dict.fromkeys(
        (
            "alerts",
            "app",
            "backtest",
            "churn-definition",
            "compare",
            "experiment assign",
            "experiment design",
            "explain",
            "export",
            "features",
            "mcp",
            "migration",
            "monitor",
            "promote",
            "report",
            "rollback",
            "score",
            "serve",
            "train",
            "verify",
        ),
        NO_ORDERS,
    ),
)
