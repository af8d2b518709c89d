import datetime as dt

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tiercast.modeling.folds import MAX_FOLDS, rolling_folds

START = dt.date(2024, 1, 1)


def days(*numbers):
    return tuple(START + dt.timedelta(days=number) for number in numbers)


def test_a_window_that_ends_on_the_cutoff_has_ended():
    (fold,) = rolling_folds(days(0, 30), 30)
    assert (fold.cutoff, fold.train) == (days(30)[0], days(0))


def test_a_window_that_ends_a_day_later_has_not():
    assert rolling_folds(days(0, 29), 30) == ()


def test_folds_by_hand():
    folds = rolling_folds(days(0, 30, 60, 90, 120), 90)
    assert [(fold.cutoff, fold.train) for fold in folds] == [
        (days(120)[0], days(0, 30)),
        (days(90)[0], days(0)),
    ]


def test_there_are_at_most_so_many_the_newest():
    folds = rolling_folds(days(*range(0, 300, 30)), 30)
    assert [fold.cutoff for fold in folds] == list(days(270, 240, 210))
    assert len(rolling_folds(days(*range(0, 300, 30)), 30, most=1)) == 1


@given(st.sets(st.integers(0, 600), max_size=12), st.integers(1, 400))
def test_every_window_has_ended_and_none_that_had_is_missing(numbers, horizon_days):
    cutoffs = days(*numbers)
    folds = rolling_folds(cutoffs, horizon_days)
    newest_first = [fold.cutoff for fold in folds]
    assert newest_first == sorted(newest_first, reverse=True)
    assert len(folds) <= MAX_FOLDS
    for fold in folds:
        ended = [day for day in cutoffs if (fold.cutoff - day).days >= horizon_days]
        assert fold.train == tuple(sorted(ended)) != ()


def test_rows_are_those_of_the_folds_cutoffs():
    panel = pd.DataFrame({"as_of": days(0, 0, 30, 60), "customer_id": [1, 2, 3, 4]})
    (fold,) = rolling_folds(days(0, 30, 60), 60)
    train, test = fold.rows(panel)
    assert (train["customer_id"].tolist(), test["customer_id"].tolist()) == ([1, 2], [4])
    assert fold.train_rows(panel).equals(train)
    assert fold.test_rows(panel).equals(test)
