import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tiercast.snapshots.cutoffs import CutoffPlan
from tiercast.snapshots.season import DailyOrders
from tiercast.training.season import NOTABLE_SWING, Season

FIRST = dt.date(2022, 1, 1)
AS_OF = FIRST + dt.timedelta(days=728)


def daily(*runs):
    """Return daily orders from runs of equal days: (days, orders a day), ..."""
    return DailyOrders(FIRST, np.concatenate([np.full(days, float(n)) for days, n in runs]))


def season_of(shop, as_of=AS_OF, days_before=(60, 300, 400)):
    cutoffs = tuple(as_of - dt.timedelta(days=days) for days in sorted(days_before)[::-1])
    return Season.at(shop, as_of, CutoffPlan(cutoffs, 60, 30, len(cutoffs), 60))


STEADY = season_of(daily((728, 10)))


def test_a_steady_shop_s_season_is_known_to_be_none():
    assert STEADY.is_known
    assert (STEADY.horizon_ratio, STEADY.swing) == pytest.approx((1.0, 0.0))
    assert STEADY.describe() == (
        "The horizon is expected to be 1.00 times as busy as the last year was on average, by the "
        "same weeks a year ago; the last 180 days had +0% orders against a year ago."
    )


def test_a_peak_a_year_ago_that_cannot_be_gone_by_is_told_and_reckoned_with():
    shop = daily((60, 10), (60, 40), (304, 20))
    season = season_of(shop, FIRST + dt.timedelta(days=424), (100,))
    assert not season.is_known
    assert season.change == season.peak == pytest.approx(np.log(40 / np.sqrt(200)))
    assert season.describe().endswith(
        "; its weeks were 2.83 times as busy a year ago as those around them, and intervals are "
        "widened by it."
    )


@pytest.mark.parametrize(
    ("swing", "peak", "change"),
    [(None, None, None), (0.2, None, 0.2), (0.2, 0.7, 0.7), (0.2, -0.7, 0.2), (None, -0.7, 0.0)],
)
def test_a_slump_a_year_ago_widens_nothing(swing, peak, change):
    assert replace(STEADY, swing=swing, peak=peak).change == change


def test_each_training_cutoff_is_told_what_came_and_whether_it_was_known_before():
    # 328 days lie before the oldest cutoff, 428 before the next: only that has a year and a week.
    shop = daily((668, 10), (60, 25))
    season = season_of(shop)
    oldest, middle, newest = season.actual
    assert season.known_before == {oldest: False, middle: True, newest: True}
    assert list(season.actual.values()) == pytest.approx([1.0, 1.0, 2.5])
    assert (AS_OF - newest).days == 60


def test_orders_from_the_day_on_change_nothing():
    shop = daily((728, 10))
    grown = replace(shop, counts=np.append(shop.counts, np.full(300, 999.0)))
    assert season_of(grown) == STEADY


def test_an_unknown_season_is_told_with_the_reason_and_the_usual_change():
    # Of four weeks' changes after the opening one, by log 2 each: 1.48 log 2, a factor of 2.79.
    shop = daily((28, 900), *[(28, 10), (28, 20)] * 6)
    season = season_of(shop, FIRST + dt.timedelta(days=364), (100,))
    assert not season.is_known
    assert season.swing == pytest.approx(1.4826 * np.log(2))
    assert season.describe() == (
        "The season ahead is not known: a year ago cannot be compared: the data begin 364 days "
        "ago, and it takes 7 open days before the last 364 to estimate growth; business changed "
        "by a factor of 2.79 or so from four weeks to the next so far, and intervals are widened "
        "by it."
    )


@pytest.mark.parametrize(
    ("swing", "words"),
    [
        (None, "; how much business changes is not known either, and intervals are wide."),
        (
            NOTABLE_SWING,
            "; business changed by a factor of 1.11 or so from four weeks to the next",
        ),
        (0.09, "; business changed little from four weeks to the next so far."),
    ],
)
def test_the_change_is_told_where_it_is_notable(swing, words):
    told = replace(STEADY, horizon_ratio=None, swing=swing, reason="nobody knows").describe()
    assert told.startswith("The season ahead is not known: nobody knows; ")
    assert words in told
