"""Training cutoffs of further horizons; those that the history is too short for are left out."""

import datetime as dt
from dataclasses import dataclass

from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.snapshots.cutoffs import CutoffPlan, days_needed, plan_cutoffs
from tiercast.snapshots.season import DailyOrders


@dataclass(frozen=True)
class HorizonLeftOut:
    """A further horizon without a cutoff, why, and the first `as_of` with enough history."""

    horizon_days: int
    reason: str
    earliest_as_of: dt.date

    def describe(self) -> str:
        """Return a sentence that names the horizon, and the remedy."""
        return f"There will be no forecasts of {self.horizon_days} days. {self.reason}"


@dataclass(frozen=True)
class FurtherPlans:
    """Plans of the further horizons, the shortest first, and the horizons that cannot be."""

    plans: tuple[CutoffPlan, ...] = ()
    left_out: tuple[HorizonLeftOut, ...] = ()

    @classmethod
    def of(
        cls, config: Config, daily: DailyOrders, first_day: dt.date, as_of: dt.date
    ) -> "FurtherPlans":
        """Plan each further horizon of a config as if it were the main one."""
        plans: list[CutoffPlan] = []
        left_out: list[HorizonLeftOut] = []
        for days in config.outlook.further_days:
            try:
                plans.append(_plan(config, daily, first_day, as_of, days))
            except InputError as error:
                enough = first_day + dt.timedelta(days=days_needed(days))
                left_out.append(HorizonLeftOut(days, str(error), enough))
        return cls(tuple(plans), tuple(left_out))

    @property
    def wanted(self) -> int:
        """How many further horizons the config asks for."""
        return len(self.plans) + len(self.left_out)

    @property
    def missing_days(self) -> tuple[int, ...]:
        """The horizons that cannot be trained, in days."""
        return tuple(one.horizon_days for one in self.left_out)

    @property
    def earliest_as_of(self) -> dt.date | None:
        """The first day with enough history for one more; None: none is missing."""
        return min((one.earliest_as_of for one in self.left_out), default=None)

    @property
    def cutoffs(self) -> tuple[dt.date, ...]:
        """The cutoffs of all of them, oldest first."""
        return tuple(sorted({cutoff for plan in self.plans for cutoff in plan.cutoffs}))


NO_FURTHER = FurtherPlans()


def _plan(
    config: Config, daily: DailyOrders, first_day: dt.date, as_of: dt.date, days: int
) -> CutoffPlan:
    return plan_cutoffs(
        as_of,
        first_day,
        horizon_days=days,
        snapshots=config.train.snapshots,
        every_days=config.days_between(days),
        calendar=daily.calendar(as_of, days),
    )
