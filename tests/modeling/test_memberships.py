import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tiercast.modeling.tiered_model import names_held


@given(held=arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=20)))
def test_each_row_has_the_names_of_its_true_columns(held):
    names = [f"n{number}" for number in range(held.shape[1])]
    assert names_held(held, names) == [
        [name for name, has in zip(names, row, strict=True) if has] for row in held.tolist()
    ]


@given(rows=st.integers(0, 5))
def test_without_names_every_list_is_empty(rows):
    assert names_held(np.zeros((rows, 0), dtype=bool), []) == [[]] * rows


def test_no_rows_have_no_lists():
    assert names_held(np.zeros((0, 3), dtype=bool), ["a", "b", "c"]) == []
