"""Which days a base covers, and what they leave room for."""

import datetime as dt
from dataclasses import dataclass

from tiercast.config.schema import Config
from tiercast.modeling.folds import rolling_folds
from tiercast.snapshots.cutoffs import ALWAYS_OPEN, ShopCalendar, days_needed, possible_plan


@dataclass(frozen=True)
class Span:
    """The history from the first order to `as_of`, and the cutoffs in it, oldest first.

    Examples
    --------
    >>> sources = {"transactions": {"path": "orders.parquet"}}
    >>> config = Config.model_validate({"name": "shop", "sources": sources})
    >>> span = Span.of(config, dt.date(2024, 1, 1), dt.date(2024, 12, 1), dt.date(2024, 12, 1))
    >>> span.history_days, str(span.earliest_as_of), len(span.cutoffs), span.past_windows
    (335, '2024-05-30', 7, 3)
    """

    as_of: dt.date
    first_day: dt.date
    observed_until: dt.date
    horizon_days: int
    every_days: int
    wanted_cutoffs: int
    cutoffs: tuple[dt.date, ...]
    window_days: int

    @classmethod
    def of(
        cls,
        config: Config,
        first_day: dt.date,
        observed_until: dt.date,
        as_of: dt.date,
        calendar: ShopCalendar = ALWAYS_OPEN,
    ) -> "Span":
        """Return what a training as of a day would have to learn from."""
        horizon_days, snapshots = config.outlook.horizon_days, config.train.snapshots
        plan = possible_plan(
            as_of,
            first_day,
            horizon_days=horizon_days,
            snapshots=snapshots,
            every_days=config.every_days,
            calendar=calendar,
        )
        return cls(
            as_of,
            first_day,
            observed_until,
            horizon_days,
            config.every_days,
            snapshots,
            plan.cutoffs,
            plan.window_days,
        )

    @property
    def history_days(self) -> int:
        """Days from the first order to `as_of`."""
        return (self.as_of - self.first_day).days

    @property
    def days_ahead(self) -> int:
        """Days from the end of what is known to `as_of`."""
        return max(0, (self.as_of - self.observed_until).days)

    @property
    def earliest_as_of(self) -> dt.date:
        """The first day that a training can be as of."""
        return self.first_day + dt.timedelta(days=days_needed(self.horizon_days))

    @property
    def past_windows(self) -> int:
        """Past cutoffs that can be forecast from windows which had ended by then."""
        return len(rolling_folds(self.cutoffs, self.window_days))
