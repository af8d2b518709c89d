"""Limits of `tiercast monitor`, for a look and for a new training."""

from typing import Self

from pydantic import BaseModel, Field, model_validator

from tiercast.config.settings import Settings


class Limits(Settings):
    """Limits of one figure: for a look, and for a new training; None: never."""

    look: float | None = Field(default=None, ge=0)
    """Figures from here on deserve a look; null: never."""
    retrain: float | None = Field(default=None, ge=0)
    """Figures from here on call for a new training; null: never."""

    @model_validator(mode="after")
    def _look_first(self) -> Self:
        if self.look is not None and self.retrain is not None and self.look > self.retrain:
            raise ValueError(
                f"`look` must not lie beyond `retrain`, but got {self.look} and {self.retrain}"
            )
        return self


class MonitorConfig(Settings):
    """Limits of `tiercast monitor`, each for the size of a figure; omitted ones keep defaults."""

    psi: Limits = Limits(look=0.1, retrain=0.25)
    """Population stability index of a column against training."""
    ks: Limits = Limits(look=0.15, retrain=0.3)
    """Kolmogorov-Smirnov distance of a column against training."""
    drifted: Limits = Limits(look=0.1, retrain=0.4)
    """Share of the model's weight in features that moved by `psi.retrain` or more."""
    missing: Limits = Limits(look=0.1, retrain=0.5)
    """Rise of a column's share missing."""
    new_categories: Limits = Limits(look=0.01, retrain=0.25)
    """Share of customers with a category that training never saw."""
    gone_categories: Limits = Limits(look=0.02)
    """Share of training customers in a category that no longer exists."""
    customers_gone: Limits = Limits(look=0.1, retrain=0.3)
    """Customers gone, as a share of training's."""
    customers_new: Limits = Limits(look=0.5, retrain=1.0)
    """New customers, as a share of training's."""
    stale: Limits = Limits(look=3.0)
    """Time since the last order, in usual gaps between order days."""
    unscored: Limits = Limits(look=2.0)
    """Time since the newest scores, in usual gaps between scored days."""
    volume: Limits = Limits(look=2.0)
    """Factor by which orders or value differ from four weeks before and from a year ago."""
    churn_error: Limits = Limits(look=0.03, retrain=0.07)
    """Error of the share who left, of graded scores."""
    ece: Limits = Limits(look=0.05, retrain=0.1)
    """Expected calibration error of the churn risk, of graded scores."""
    coverage: Limits = Limits(look=0.05, retrain=0.15)
    """By how much intervals or tier sets missed 90 %."""
    total_missed: Limits = Limits(look=1, retrain=2)
    """Totals outside their interval, one after another."""

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
