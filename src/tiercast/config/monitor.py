"""From where on `tiercast monitor` wants a look, and from where on a new training."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from tiercast.config.settings import Settings


class Limits(Settings):
    """From where on a figure deserves a look, and from where on a new training; None: never."""

    look: float | None = Field(default=None, ge=0)
    retrain: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _look_first(self) -> Self:
        if self.look is not None and self.retrain is not None and self.look > self.retrain:
            raise ValueError(
                f"`look` must not lie beyond `retrain`, but got {self.look} and {self.retrain}"
            )
        return self


class MonitorConfig(Settings):
    """Limits of `tiercast monitor`, each for the size of a figure; what is left out stays.

    Of columns against training: `psi` and `ks`; `drifted`, the share of the model's weight in
    features that moved by `psi.retrain` or more; `missing`, the rise of the share missing;
    `new_categories` and `gone_categories`, shares of customers. Of the base against training:
    `customers_gone` and `customers_new`, shares. Of the orders: `stale`, times the usual gap
    between order days; `volume`, times as many or as few as before. Of the schedule:
    `unscored`, times the usual gap between scored days since the newest. Of graded scores:
    `churn_error` and `ece`, shares; `coverage`, by how much the promised share was missed;
    `total_missed`, totals outside their interval running.
    """

    psi: Limits = Limits(look=0.1, retrain=0.25)
    ks: Limits = Limits(look=0.15, retrain=0.3)
    drifted: Limits = Limits(look=0.1, retrain=0.4)
    missing: Limits = Limits(look=0.1, retrain=0.5)
    new_categories: Limits = Limits(look=0.01, retrain=0.25)
    gone_categories: Limits = Limits(look=0.02)
    customers_gone: Limits = Limits(look=0.1, retrain=0.3)
    customers_new: Limits = Limits(look=0.5, retrain=1.0)
    stale: Limits = Limits(look=3.0)
    unscored: Limits = Limits(look=2.0)
    volume: Limits = Limits(look=2.0)
    churn_error: Limits = Limits(look=0.03, retrain=0.07)
    ece: Limits = Limits(look=0.05, retrain=0.1)
    coverage: Limits = Limits(look=0.05, retrain=0.15)
    total_missed: Limits = Limits(look=1, retrain=2)

    @model_validator(mode="before")
    @classmethod
    def _what_is_left_out_stays(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: _filled(cls, name, limits) for name, limits in given.items()}


def _filled(settings: type[BaseModel], name: str, given: object) -> object:
    field = settings.model_fields.get(name)
    if field is None or not isinstance(given, dict):
        return given
    default: BaseModel = field.default
    return {**default.model_dump(), **given}
