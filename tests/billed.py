"""Customers of a known law who order on billing days alone: each with a chance of its own."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd


def firsts(months: int, start: dt.date = dt.date(2022, 1, 1)) -> tuple[dt.date, ...]:
    """Return the first days of so many months."""
    numbers = (12 * start.year + start.month - 1 + n for n in range(months))
    return tuple(dt.date(number // 12, number % 12 + 1, 1) for number in numbers)


def billed(days: Sequence[dt.date], customers: int = 160, seed: int = 3) -> pd.DataFrame:
    """Return orders of about 30 on some of the days; a customer in ten leaves at an order."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(1, customers + 1):
        chance, spend = rng.beta(4, 2), rng.lognormal(3.4, 0.3)
        joined = int(rng.integers(0, len(days) * 2 // 3))
        for place, day in enumerate(days[joined:]):
            if place and rng.random() > chance:
                continue
            rows.append((customer, day, round(float(spend * rng.lognormal(0, 0.2)), 2)))
            if rng.random() < 0.1:
                break
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"]))
