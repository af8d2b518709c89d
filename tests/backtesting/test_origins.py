import datetime as dt

import pytest

from tiercast.backtesting.origins import fewer_than_asked, plan_origins, possible_origins
from tiercast.config.errors import InputError
from tiercast.snapshots.cutoffs import plan_cutoffs

AS_OF = dt.date(2024, 12, 31)


def planned(config, days, **wanted):
    """Return how many days before `as_of` the origins lie, with so many days of history."""
    origins = plan_origins(AS_OF, AS_OF - dt.timedelta(days=days), config, **wanted)
    return [(AS_OF - origin).days for origin in origins]


def test_origins_go_back_from_the_horizon_before_the_day_in_steps_of_it(config):
    # A training needs 50 days of history at 30 days ahead: the origin 60 days before has 60.
    assert planned(config, 120) == [60, 30]


def test_every_origin_can_be_trained_as_of_and_no_earlier_one(config):
    first = AS_OF - dt.timedelta(days=200)
    oldest = possible_origins(AS_OF, first, config)[0]
    assert plan_cutoffs(oldest, first, horizon_days=30, snapshots=1, every_days=1).cutoffs
    with pytest.raises(InputError):
        plan_cutoffs(
            oldest - dt.timedelta(days=30), first, horizon_days=30, snapshots=1, every_days=1
        )


def test_a_history_just_long_enough_has_one_origin(config):
    assert planned(config, 80) == [30]


def test_a_day_less_is_refused_with_the_day_that_would_do(config):
    with pytest.raises(InputError, match=r"needs a history of 80 days .* from 2025-01-01 on"):
        planned(config, 79)


def test_unasked_the_six_newest_are_taken(config):
    assert planned(config, 500) == [180, 150, 120, 90, 60, 30]


def test_as_many_of_the_newest_as_asked_for_are_taken(config):
    assert planned(config, 500, last=2) == [60, 30]
    assert len(planned(config, 500, last=100)) == 15


def test_folds_are_spread_over_the_history(config):
    assert planned(config, 500, folds=3) == [450, 240, 30]
    assert planned(config, 500, folds=1) == [30]
    assert len(planned(config, 500, folds=100)) == 15


def test_more_origins_than_there_are_is_said_with_the_reason(config):
    first = AS_OF - dt.timedelta(days=120)
    origins = plan_origins(AS_OF, first, config, folds=9)
    (note,) = fewer_than_asked(origins, first, config, folds=9)
    assert note == (
        "Asked for 9 origins, but the history allows 2: they lie 30 days apart, and a training "
        "needs 50 days before it (first order: 2024-09-02)."
    )
    assert fewer_than_asked(origins, first, config, last=500)[0].startswith("Asked for 500")
    assert fewer_than_asked(origins, first, config, last=2) == ()
    assert fewer_than_asked(origins, first, config) == ()


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"folds": 2, "last": 2}, "got folds=2 and last=2; leave one out"),
        ({"folds": 0}, "`folds` must be at least 1, but got 0"),
        ({"last": -1}, "`last` must be at least 1, but got -1"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(config, wanted, says):
    with pytest.raises(InputError, match=says):
        planned(config, 500, **wanted)
