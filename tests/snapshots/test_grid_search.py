import datetime as dt

import numpy as np
import pandas as pd
import pytest

from tiercast.snapshots.grid_search import find_grid, spread_evenly

DAYS = pd.date_range("2021-01-01", "2023-12-31")
FIRST = DAYS[0].date()
WEEKDAY, DAY = np.array(DAYS.day_of_week), np.array(DAYS.day)
MONTH_END = np.array(DAYS.is_month_end)


def counts(chosen, orders=9, seed=0):
    """Orders a day on the chosen days, some of which may have none by chance."""
    return np.where(chosen, np.random.default_rng(seed).poisson(orders, len(DAYS)), 0.0)


def every(frequency):
    return DAYS.isin(pd.date_range(DAYS[0], DAYS[-1], freq=frequency))


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        (DAY == 1, "the 1st of each month"),
        (DAY == 28, "the 28th of each month"),
        (MONTH_END, "the last day of each month"),
        ((DAY == 1) | (DAY == 15), "the 1st and 15th of each month"),
        (MONTH_END | (DAY == 15), "the 15th and last day of each month"),
        (every("QS"), "the 1st of every 3 months"),
        (every("BMS"), "the 1st of each month (or the working day after it)"),
        (every("BME"), "the last day of each month (or the working day before it)"),
        (every("WOM-1MON"), "the first Monday of each month"),
        (WEEKDAY == 0, "Monday of each week"),
        (np.arange(len(DAYS)) % 14 == 3, "Monday of every 2 weeks"),
    ],
)
def test_a_grid_is_found_and_named_and_goes_on(chosen, rule):
    half = len(DAYS) // 2
    grid = find_grid(FIRST, counts(chosen)[:half])
    assert grid is not None
    assert grid.describe() == rule
    ahead = grid.days(DAYS[half].date(), DAYS[-1].date() + dt.timedelta(days=1))
    assert list(ahead) == [day.date() for day in DAYS[half:][np.asarray(chosen)[half:]]]


@pytest.mark.parametrize(
    "chosen",
    [
        np.ones(len(DAYS), bool),
        WEEKDAY != 6,
        WEEKDAY < 5,
        WEEKDAY >= 5,
        (WEEKDAY == 1) | (WEEKDAY == 4),
        np.random.default_rng(1).random(len(DAYS)) < 0.03,
        (DAY == 1) | (np.random.default_rng(2).random(len(DAYS)) < 0.01),
    ],
    ids=["daily", "no Sundays", "working days", "weekends", "two weekdays", "few", "mixed"],
)
def test_days_off_are_no_grid(chosen):
    assert find_grid(FIRST, counts(chosen)) is None


def test_a_handful_of_orders_shows_no_grid():
    few = np.zeros(len(DAYS))
    few[::31] = 1
    assert find_grid(FIRST, few[:200]) is None


def test_a_month_is_as_busy_on_each_of_its_days():
    spread = spread_evenly(FIRST, counts(DAY == 1))
    assert spread[:31] == pytest.approx(np.full(31, counts(DAY == 1)[0] / 31))
    assert spread.sum() == pytest.approx(counts(DAY == 1).sum())


def test_counts_on_no_grid_stay_as_they_are():
    daily = counts(WEEKDAY < 5)
    assert spread_evenly(FIRST, daily) is daily
