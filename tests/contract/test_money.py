import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.contract.money import FINE_UNITS, added, exact_sum, is_small, money_sum, rounded

ENGINE = ibis.duckdb.connect()


def column(values):
    return ibis.memtable(pd.DataFrame({"value": np.asarray(values, dtype=float)})).value


def of_lines(values):
    value = column(values)
    return ENGINE.execute(money_sum(value, finer=is_small(value)))


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(st.floats(-1e9, 1e9), st.floats(-0.1, 0.1)), min_size=1, max_size=30
    ).flatmap(lambda values: st.tuples(st.just(values), st.permutations(values)))
)
def test_a_sum_is_the_same_to_the_bit_whatever_the_order_of_rows(both):
    values, shuffled = both
    assert of_lines(values) == of_lines(shuffled)


@settings(max_examples=25)
@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30))
def test_cents_have_the_very_sum_of_whole_units(cents):
    amounts = [cent / 100 for cent in cents]
    plain = ENGINE.execute(exact_sum(column(amounts)))
    assert of_lines(amounts) == plain
    assert ENGINE.execute(money_sum(column(amounts))) == plain


def test_small_amounts_keep_what_is_less_than_a_unit():
    assert of_lines([0.00001] * 7) == pytest.approx(0.00007, rel=1e-6)
    assert of_lines([5.0, 0.00001]) == pytest.approx(5.00001, rel=1e-12)
    assert of_lines([5.00004, 5.00004]) == 10.0


def test_a_sum_of_sums_is_the_sum_of_all():
    parts = [of_lines([0.0123456] * 30), of_lines([0.0345678] * 40)]
    whole = of_lines([0.0123456] * 30 + [0.0345678] * 40)
    assert ENGINE.execute(money_sum(column(parts))) == whole
    assert ENGINE.execute(rounded(column([0.0123456])))[0] == of_lines([0.0123456])


def test_two_amounts_are_added_without_dust():
    table = ibis.memtable(pd.DataFrame({"one": [0.1, 0.1], "other": [0.2, None]}))
    assert ENGINE.execute(added(table.one, table.other)).tolist() == [0.3, 0.1]


def total(values, **options):
    return ENGINE.execute(exact_sum(column(values), **options))


@settings(max_examples=25)
@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30).flatmap(
        lambda values: st.tuples(st.just(values), st.permutations(values))
    )
)
def test_an_exact_sum_is_the_same_to_the_bit_whatever_the_order_of_rows(both):
    values, shuffled = both
    assert total(values) == total(shuffled)


def test_a_sum_of_cents_has_no_dust():
    assert 0.1 + 0.2 - 0.3 != 0
    assert total([0.1, 0.2, -0.3]) == 0.0


def test_a_sum_is_right_to_its_unit():
    assert total([1.00004, 1.00004]) == 2.0
    assert total([1.00006, 1.00006]) == pytest.approx(2.0002, abs=1e-12)
    assert total([1.00004, 1.00004], units=FINE_UNITS) == pytest.approx(2.00008, abs=1e-12)


def test_empty_values_and_empty_sums_are_zero():
    table = ibis.memtable(pd.DataFrame({"value": [1.5, None]}))
    assert ENGINE.execute(exact_sum(table.value)) == 1.5
    assert ENGINE.execute(exact_sum(table.value, where=table.value > 9)) == 0.0


def test_large_sums_do_not_overflow():
    assert total([1e12] * 2_000) == 2e15
