import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.snapshots.exact import FINE_UNITS, exact_sum

ENGINE = ibis.duckdb.connect()


def total(values, **options):
    table = ibis.memtable(pd.DataFrame({"value": np.asarray(values, dtype=float)}))
    return ENGINE.execute(exact_sum(table.value, **options))


@settings(max_examples=25)
@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30).flatmap(
        lambda values: st.tuples(st.just(values), st.permutations(values))
    )
)
def test_a_sum_is_the_same_to_the_bit_whatever_the_order_of_rows(both):
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
