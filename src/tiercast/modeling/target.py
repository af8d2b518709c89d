"""The target of a forecast: horizon and value. Figures of two targets are never compared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

from tiercast.config.errors import InputError
from tiercast.config.label import LABEL, written
from tiercast.config.message import Message
from tiercast.config.schema import Config
from tiercast.config.worth import TERMS, Worth

Value = Literal["revenue", "margin", "contribution", "label"]
OUTCOME = "outcome"
NAMED = ("horizon_days", "value")


@dataclass(frozen=True)
class Target:
    """Whether a customer orders within the horizon, and the value of those orders.

    A config, a model and stored scores each have one of their own. Risks, values, tiers and
    metrics of two targets are never compared; `str` describes one. With a label table there is
    no horizon (0 days); `outcome` says which label it is, and what values a customer. A
    contribution has its terms: what a returned order costs, and the share of referred customers'
    margin.

    Examples
    --------
    >>> print(Target(28, "revenue"))
    revenue within 28 days
    >>> Target(28, "revenue") == Target(28, "margin")
    False
    """

    horizon_days: int
    value: Value
    outcome: str = ""
    return_cost: float = 0.0
    referral_share: float = 0.0

    @classmethod
    def of_config(cls, config: Config) -> Self:
        """Return what the next training will forecast."""
        if config.outlook.churn == LABEL:
            return cls.of_label(config)
        return cls.of_worth(config.outlook.horizon_days, config.outlook.worth)

    @classmethod
    def of_worth(cls, horizon_days: int, worth: Worth) -> Self:
        """Return the target of a horizon whose value is counted so."""
        return cls(horizon_days, **asdict(worth))

    def of_days(self, horizon_days: int) -> Self:
        """Return the same target within another horizon."""
        return replace(self, horizon_days=horizon_days)

    @classmethod
    def of_label(cls, config: Config) -> Self:
        """Return what the next training forecasts of a label table."""
        outlook = config.outlook
        positive = "" if outlook.positive is None else f" = {written(outlook.positive)}"
        worth = "" if outlook.value_column is None else f", value: {outlook.value_column}"
        return cls(0, "label", f"{outlook.column}{positive}{worth}")

    @classmethod
    def of_record(cls, record: Mapping[str, Any], source: object) -> Self:
        """Return the target of a stored record (a manifest, a summary).

        Raises
        ------
        InputError
            It does not say; the message names the `source`.
        """
        if not cls.is_in(record):
            missing = [name for name in NAMED if name not in record]
            raise InputError(
                f"{source} must say what was forecast, but has no {' and no '.join(missing)}; "
                "bring back the file as it was written, or score that day again."
            )
        terms = {term: float(record.get(term, 0.0)) for term in TERMS}
        horizon_days, value = int(record["horizon_days"]), record["value"]
        return cls(horizon_days, value, record.get(OUTCOME, ""), **terms)

    @classmethod
    def is_in(cls, record: Mapping[str, Any]) -> bool:
        """Return whether a record names its target."""
        return all(name in record for name in NAMED)

    def to_record(self) -> dict[str, object]:
        """Return what `of_record` reads."""
        record: dict[str, object] = {"horizon_days": self.horizon_days, "value": self.value}
        terms = {term: getattr(self, term) for term in TERMS if getattr(self, term)}
        return record | ({OUTCOME: self.outcome} if self.outcome else {}) | terms

    @property
    def worth(self) -> Worth:
        """How the value of orders is counted.

        Raises
        ------
        ValueError
            The target is a label, which counts no orders.
        """
        if self.value == "label":
            raise ValueError("a label table has no orders, but got value='label'")
        return Worth(self.value, self.return_cost, self.referral_share)

    def __str__(self) -> str:
        if self.outcome:
            return Message.of("the label {outcome}", outcome=self.outcome)
        if self.return_cost or self.referral_share:
            return Message.of(
                "{value!t} (return cost {cost:g}, referral share {share:g}) within {days} days",
                value=self.value,
                cost=self.return_cost,
                share=self.referral_share,
                days=self.horizon_days,
            )
        return Message.of("{value!t} within {days} days", value=self.value, days=self.horizon_days)
