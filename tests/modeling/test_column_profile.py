import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.modeling.column_profile import (
    FLOOR,
    NumberProfile,
    WordProfile,
    moved,
    profile,
    stability_index,
)

HUNDRED = np.arange(1.0, 101.0)
NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


def test_psi_is_the_sum_over_bins_of_difference_times_log_ratio():
    assert stability_index([0.5, 0.5], [0.25, 0.75]) == pytest.approx(
        0.25 * np.log(2) + 0.25 * np.log(1.5)
    )


def test_an_empty_bin_counts_as_the_floor():
    assert stability_index([1.0, 0.0], [0.9, 0.1]) == pytest.approx(
        -0.1 * np.log(0.9) + (0.1 - FLOOR) * np.log(0.1 / FLOOR)
    )


def test_numbers_are_binned_at_the_deciles_they_had():
    then = NumberProfile.of(HUNDRED)
    assert then.edges == (10, 20, 30, 40, 50, 60, 70, 80, 90)
    assert then.shares == pytest.approx([0.1] * 10)
    # Twenty more each: the two lowest tenths are empty, the highest holds three.
    change = then.moved(HUNDRED + 20)
    expected = 2 * (FLOOR - 0.1) * np.log(FLOOR / 0.1) + 0.2 * np.log(3)
    assert change.psi == pytest.approx(expected)
    assert change.ks == pytest.approx(0.2, abs=0.011)


@given(NUMBERS)
def test_what_stays_has_not_moved(values):
    then = NumberProfile.of(values)
    change = then.moved(values)
    assert (change.psi, change.ks, change.missing) == (0, 0, 0)
    assert sum(then.shares) == pytest.approx(1)


@given(NUMBERS, NUMBERS)
def test_measures_stay_within_their_bounds(before, after):
    change = NumberProfile.of(before).moved(after)
    assert change.psi >= 0
    assert 0 <= change.ks <= 1


def test_two_draws_from_one_population_stay_within_the_noise():
    random = np.random.default_rng(0)
    draws = [NumberProfile.of(random.normal(size=400)) for _ in range(200)]
    changes = [one.moved(random.normal(size=300)) for one in draws]
    assert sum(change.psi > change.noise_psi for change in changes) <= 2
    assert sum(change.ks > change.noise_ks for change in changes) <= 2


def test_missing_numbers_are_counted_apart():
    change = NumberProfile.of([1.0, 2.0, 3.0, np.nan]).moved([1.0, 2.0, 3.0, *[np.nan] * 9])
    assert change.missing == pytest.approx(0.75 - 0.25)
    assert change.psi == 0


def test_a_column_missing_throughout_has_no_psi():
    change = NumberProfile.of(HUNDRED).moved([np.nan] * 5)
    assert np.isnan(change.psi)
    assert (change.ks, change.missing) == (None, 1.0)


def test_words_tell_what_is_new_and_what_is_gone():
    then = WordProfile.of(pd.Series(["north", "north", "south", None]))
    change = then.moved(pd.Series(["north", "east", "east", "west"]))
    assert change.now == {"north": 0.25}
    assert change.new == {"east": 0.5, "west": 0.25}
    assert change.gone == {"south": pytest.approx(1 / 3)}
    assert change.missing == -0.25


def test_new_words_share_a_bin():
    then = WordProfile.of(pd.Series(["a"] * 3 + ["b"]))
    change = then.moved(pd.Series(["a", "b", "c", "d"]))
    expected = -0.5 * np.log(0.25 / 0.75) + (0.5 - FLOOR) * np.log(0.5 / FLOOR)
    assert change.psi == pytest.approx(expected)


def test_of_many_words_the_most_frequent_are_kept(monkeypatch):
    monkeypatch.setattr("tiercast.modeling.column_profile.MOST_WORDS", 2)
    then = WordProfile.of(pd.Series(["a", "a", "b", "b", "c"]))
    assert (list(then.shares), then.all_named) == (["a", "b"], False)
    assert then.moved(pd.Series(["a", "b", "c", "z"])).new == {}  # `z` may have been among them


def test_a_column_of_words_that_turned_empty_is_missing():
    then = profile(pd.Series(["north", "south"]))
    assert moved(then, pd.Series([np.nan, np.nan])).missing == 1.0


@pytest.mark.parametrize(
    "values",
    [pd.Series([1, 2]), pd.Series([True, False]), pd.Series([1, None], dtype="Int64")],
)
def test_numbers_of_any_kind_are_numbers(values):
    assert isinstance(profile(values), NumberProfile)
