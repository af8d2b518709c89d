"""Customers with contracts as they were seen each month, to which hazard models are fitted."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from tiercast.config.schema import Config
from tiercast.features.assemble import feature_panel
from tiercast.features.feature import Setting
from tiercast.features.registry import KEYS
from tiercast.modeling.hazard import FAMILIES, PERIOD_DAYS, HazardModel
from tiercast.snapshots.activity import CustomerActivity
from tiercast.snapshots.subscriptions import relation_ends

MOST_MONTHS = 18  # before a day, at each of which all customers are seen


@dataclass(frozen=True)
class SeenCustomers:
    """What was known of customers at past days, and when they left after them.

    The hazard covers the longest of all horizons, in periods of which the main one has a whole
    number.
    """

    rows: pd.DataFrame
    horizon_days: int
    longest_days: int
    grace_days: int
    seed: int

    @classmethod
    def of(
        cls,
        activity: CustomerActivity,
        first: dt.date,
        setting: Setting,
        day: dt.date,
        config: Config,
        omitted: Sequence[str] = (),
    ) -> "SeenCustomers":
        """Look at the customers each month from the first payment to a day.

        Columns that are `omitted` are not looked at.
        """
        newest = day - dt.timedelta(days=config.grace_days + PERIOD_DAYS)
        steps = range(min(MOST_MONTHS, max(1, (newest - first).days // PERIOD_DAYS)))
        months = [newest - dt.timedelta(days=PERIOD_DAYS * step) for step in steps]
        rows = feature_panel(activity, months, setting, FAMILIES, learned=True).to_pandas()
        rows = rows.drop(columns=[*omitted], errors="ignore")
        ends = relation_ends(activity.orders, months).to_pandas()
        for frame in (rows, ends):
            frame["as_of"] = pd.to_datetime(frame["as_of"]).dt.date
        known = rows.sort_values(["as_of", "customer_id"]).merge(ends, on=list(KEYS), how="left")
        longest = max(setting.horizon_days, *(one.window_days for one in setting.further), 0)
        return cls(known, setting.horizon_days, longest, config.grace_days, config.train.seed)

    def fit(self, until: dt.date) -> HazardModel:
        """Return the hazard model that could have been fitted at a day."""
        return HazardModel.fit(
            self.rows,
            until,
            self.horizon_days,
            longest_days=self.longest_days,
            grace_days=self.grace_days,
            seed=self.seed,
        )
