"""Made-up shops of two years and more whose season is known: a yearly wave, and an opening burst.

Customers come at a steady rate, order by a rate of their own times the day's season, and leave.
The wave shop was there long before its data begins, so that both years are alike.
"""

import datetime as dt

import numpy as np
import pandas as pd

FIRST = dt.date(2022, 1, 1)
HORIZON_DAYS = 60
DAYS = 840  # of data
WARM_UP_DAYS = 400  # before it
LAST = FIRST + dt.timedelta(days=DAYS)
# The wave's year begins here: the next days are the busiest, those before the quietest.
AS_OF = FIRST + dt.timedelta(days=728)


def wave(days: np.ndarray) -> np.ndarray:
    """Return how busy days are, counted from `AS_OF`: up to e times as busy or as quiet."""
    return np.exp(np.sin(2 * np.pi * days / 364))


def wave_shop(customers: int = 2200, seed: int = 3) -> pd.DataFrame:
    """Return the order lines of a shop with a strong yearly season, up to `LAST`."""
    days = np.arange(-WARM_UP_DAYS, DAYS)
    arrived = np.random.default_rng(seed).integers(-WARM_UP_DAYS, DAYS, customers)
    return _lines(arrived, days, wave(days - (AS_OF - FIRST).days), seed)


def burst_shop(customers: int = 600, seed: int = 3) -> pd.DataFrame:
    """Return the order lines of a shop whose customers all come in its first 60 days."""
    arrived = np.random.default_rng(seed).integers(0, 60, customers)
    days = np.arange(DAYS)
    return _lines(arrived, days, np.ones(DAYS), seed)


def value_after(lines: pd.DataFrame, day: dt.date, horizon_days: int = HORIZON_DAYS) -> float:
    """Return what those who had ordered before a day spent within the horizon after it."""
    start = pd.Timestamp(day)
    known = lines.loc[lines["ordered_at"] < start, "customer_id"]
    came = (lines["ordered_at"] >= start) & (
        lines["ordered_at"] < start + pd.Timedelta(days=horizon_days)
    )
    return float(lines.loc[came & lines["customer_id"].isin(known), "amount"].sum())


def _lines(arrived: np.ndarray, days: np.ndarray, season: np.ndarray, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng([seed, 1])
    customers = len(arrived)
    rate = rng.gamma(1.5, 0.02, customers)
    left = arrived + rng.exponential(500.0, customers)
    there = (days >= arrived[:, None]) & (days < left[:, None])
    chance = rate[:, None] * season * there + (days == arrived[:, None])
    who, when = np.nonzero(rng.random(chance.shape) < chance)
    spend = rng.lognormal(3.0, 0.5, customers)
    amount = (spend[who] * rng.lognormal(-0.045, 0.3, len(who))).round(2)
    ordered_at = pd.Timestamp(FIRST) + pd.to_timedelta(days[when], unit="D")
    lines = pd.DataFrame({"customer_id": who + 1, "ordered_at": ordered_at, "amount": amount})
    lines["ordered_at"] = lines["ordered_at"].astype("datetime64[us]")
    return lines[lines["ordered_at"] >= pd.Timestamp(FIRST)].reset_index(drop=True)
