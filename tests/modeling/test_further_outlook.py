import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tiercast.modeling.further_outlook import coherent
from tiercast.modeling.predicted import FALLING, FIGURES, VARIANCE

MAIN_DAYS, CUSTOMERS = 90, 5
DAYS = st.integers(1, 1098).filter(lambda days: days != MAIN_DAYS)


def figures():
    """Any figures of some customers, those of one horizon."""
    column = arrays(np.float64, CUSTOMERS, elements=st.floats(0, 1e9))
    return st.fixed_dictionaries(dict.fromkeys(FIGURES, column))


@pytest.mark.parametrize("falling", [FALLING, ()], ids=["orders", "contracts"])
@given(main=figures(), further=st.dictionaries(DAYS, figures(), max_size=4))
def test_figures_never_fall_with_the_horizon(falling, main, further):
    found = coherent(MAIN_DAYS, main, further, falling)
    assert list(found) == sorted(further)
    by_days = dict(sorted((found | {MAIN_DAYS: main}).items()))
    for name in FIGURES:
        steps = np.diff([one[name] for one in by_days.values()], axis=0)
        assert (steps <= 0).all() if name in falling else (steps >= 0).all()


@given(main=figures(), further=st.dictionaries(DAYS, figures(), max_size=4))
def test_a_second_time_changes_nothing(main, further):
    once = coherent(MAIN_DAYS, main, further)
    for days, figures_again in coherent(MAIN_DAYS, main, once).items():
        for name, column in figures_again.items():
            assert np.array_equal(column, once[days][name])


@pytest.mark.parametrize("days", [30, 365])
def test_figures_in_order_stay_as_they_are(days):
    one = {name: np.array([0.5]) for name in FIGURES} | {VARIANCE: np.array([7.0])}
    assert coherent(MAIN_DAYS, one, {days: one}) == {days: one}
