import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.config.errors import InputError
from tiercast.config.tiers import TiersConfig
from tiercast.segments.tiers import tier_cuts, true_tier_column, true_tiers

NAMES = ("top", "potential", "general", "dormant")


def test_percentile_cuts_give_the_best_fifth_and_the_next_three_tenths():
    values = np.arange(1.0, 101.0)
    cuts = tier_cuts(values, TiersConfig())
    tiers = true_tiers(values, np.ones(100, dtype=bool), cuts)
    assert np.bincount(tiers, minlength=4).tolist() == [20, 30, 50, 0]


def test_natural_breaks_fall_into_the_gaps_between_groups():
    values = [1, 2, 3, 100, 110, 120, 5000, 6000]
    assert tier_cuts(values, TiersConfig(method="natural_breaks")) == (5000.0, 100.0)


def test_natural_breaks_of_many_buyers_are_amounts_that_buyers_had():
    rng = np.random.default_rng(1)
    values = np.concatenate([rng.normal(20, 2, 30_000), rng.normal(500, 20, 20_000)])
    (cut,) = tier_cuts(
        values, TiersConfig(method="natural_breaks", names=("big", "small", "none"), cuts=())
    )
    assert cut == values[values > 100].min()


def test_amounts_are_taken_as_they_are():
    config = TiersConfig(method="amounts", cuts=(500, 100))
    assert tier_cuts([], config) == (500.0, 100.0)


def test_a_value_at_a_cut_belongs_to_the_better_tier():
    tiers = true_tiers([500, 499.99, 100, 99.99, 0], [True] * 5, (500, 100))
    assert tiers.tolist() == [0, 1, 1, 2, 2]


def test_without_an_order_the_value_does_not_matter():
    assert true_tiers([900, 0], [False, True], (500, 100)).tolist() == [3, 2]


def test_two_names_split_buyers_from_the_others():
    config = TiersConfig(names=("buyer", "none"), cuts=())
    assert tier_cuts([5.0], config) == ()
    assert true_tiers([5, 0], [True, False], ()).tolist() == [0, 1]
    breaks = TiersConfig(names=("buyer", "none"), cuts=(), method="natural_breaks")
    assert tier_cuts([5.0], breaks) == ()


@pytest.mark.parametrize("values", [[], [5.0, 5.0, 5.0], [1.0, 2.0]])
@pytest.mark.parametrize("method", ["percentile", "natural_breaks"])
def test_too_few_different_buyer_values_are_refused(values, method):
    with pytest.raises(InputError, match=r"need at least 3 different buyer values, but there are"):
        tier_cuts(values, TiersConfig(method=method))


def test_cuts_that_fall_on_the_same_amount_are_refused():
    values = [1.0, 2.0] + [9.99] * 98
    with pytest.raises(InputError, match=r"without buyers .*use method amounts or fewer tiers"):
        tier_cuts(values, TiersConfig())


def test_a_cut_at_the_least_value_leaves_the_lowest_tier_empty_and_is_refused():
    with pytest.raises(InputError, match="without buyers"):
        tier_cuts([5.0] * 60 + [7.0] * 20 + [9.0] * 20, TiersConfig())


def test_amounts_must_be_above_zero():
    unchecked = TiersConfig.model_construct(names=NAMES, method="amounts", cuts=(100.0, 0.0))
    with pytest.raises(InputError, match=r"above 0, but got \(100\.0, 0\.0\)"):
        tier_cuts([], unchecked)


def test_a_number_of_cuts_that_does_not_fit_the_names_is_refused():
    unchecked = TiersConfig.model_construct(
        names=NAMES, method="percentile", cuts=(0.5,), assign="matched"
    )
    with pytest.raises(InputError, match="4 tier names need 2 cuts"):
        tier_cuts([1, 2, 3], unchecked)


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        tier_cuts([1.0, np.nan, 2.0, 3.0], TiersConfig())


def test_natural_breaks_find_cents_apart_on_a_million():
    config = TiersConfig(method="natural_breaks")
    assert tier_cuts([1e6, 1e6 + 0.01, 1e6 + 0.02], config) == (1e6 + 0.02, 1e6 + 0.01)


def test_natural_breaks_of_equal_floats_are_refused():
    with pytest.raises(InputError, match="without buyers"):
        tier_cuts([1e18, 1e18 + 128, 1e18 + 256], TiersConfig(method="natural_breaks"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(0, 1e6), min_size=3, max_size=60, unique=True),
    st.sampled_from(["percentile", "natural_breaks"]),
)
def test_cuts_fall_every_buyer_has_a_tier_and_more_money_is_never_a_worse_one(values, method):
    try:
        cuts = tier_cuts(values, TiersConfig(method=method))
    except InputError as error:
        assert "without buyers" in str(error)  # noqa: PT017  the refusal is one allowed outcome
        return
    assert list(cuts) == sorted(cuts, reverse=True)
    tiers = true_tiers(np.sort(values), np.ones(len(values), dtype=bool), cuts).tolist()
    assert tiers == sorted(tiers, reverse=True)
    assert set(tiers) == {0, 1, 2}


@given(
    st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=1, max_size=20),
    st.lists(st.integers(1, 99), max_size=4, unique=True),
)
def test_the_engine_sorts_customers_into_the_same_tiers(rows, cuts):
    falling = tuple(float(cut) for cut in sorted(cuts, reverse=True))
    table = ibis.memtable(pd.DataFrame(rows, columns=["value", "ordered"]))
    found = true_tier_column(table.value, table.ordered, falling).name("tier").to_pandas()
    value, ordered = zip(*rows, strict=True)
    assert found.tolist() == true_tiers(value, ordered, falling).tolist()
