"""The scored day that answers: its tables, words and how it calls customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tiercast.app.scored_base import ScoredBase
from tiercast.config.report import ReportConfig
from tiercast.reporting.customer_ids import masked_apart, masked_id
from tiercast.reporting.messages import MessageCatalogue, load_messages


@dataclass(frozen=True)
class AskedBase:
    """A scored day as an assistant may see it: by the privacy settings of `report`."""

    scored: ScoredBase

    @property
    def report(self) -> ReportConfig:
        """The settings: `ids` and `small_cells`."""
        return self.scored.config.report

    @cached_property
    def say(self) -> MessageCatalogue:
        """The words of the config's language."""
        config, target = self.scored.config, self.scored.inputs.target
        return load_messages(
            config.language,
            horizon_days=target.horizon_days,
            worth=target.value,
            currency=config.currency,
            churn=config.outlook.churn,
        )

    def shown_id(self, customer_id: object) -> str:
        """Return the id of one customer; pseudonyms are shown as they are."""
        return masked_id(customer_id) if self.report.ids == "masked" else str(customer_id)

    def shown_ids(self, customer_ids: Sequence[object]) -> list[str]:
        """Return the ids of customers as they are stored, as the report shows them."""
        if self.report.ids == "masked":
            return masked_apart(customer_ids)
        if self.report.ids == "pseudonymous":
            return [self.report.pseudonym(one) for one in customer_ids]
        return [str(one) for one in customer_ids]

    def about(self) -> dict[str, Any]:
        """Return what every answer says of itself: day, model version, horizon, money."""
        target = self.scored.inputs.target
        return {
            "name": self.scored.config.name,
            "as_of": self.scored.as_of.isoformat(),
            "model_version": self.scored.inputs.model_version,
            "horizon_days": target.horizon_days,
            "value": target.value,
            "currency": self.scored.config.currency,
        }
