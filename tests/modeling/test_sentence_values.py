import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.modeling.sentence_values import column_texts, figure

SLOTS = ("revenue_90d", "discount_share_pct", "average_basket_lines_1")
NUMBERS = st.floats(-1e12, 1e12) | st.just(float("nan"))


@pytest.mark.parametrize(
    ("slot", "value", "text"),
    [
        ("revenue_90d", 1234567.5, "1,234,568"),
        ("revenue_90d", 2.5, "2"),
        ("revenue_90d", 7, "7"),
        ("revenue_90d", -0.2, "0"),
        ("discount_share_pct", 0.125, "12%"),
        ("discount_share_pct", 1.0, "100%"),
        ("average_basket_lines_1", 3.25, "3.2"),
        ("average_basket_lines_1", 1234.0, "1234.0"),
        ("average_basket_lines_1", -0.04, "0.0"),
        ("revenue_90d", float("nan"), None),
        ("revenue_90d", None, None),
        ("revenue_90d", pd.NA, None),
        ("revenue_90d", "12", None),
    ],
)
def test_a_figure_is_shown_as_its_slot_says(slot, value, text):
    assert figure(slot, value) == text


@pytest.mark.parametrize("slot", SLOTS)
@given(values=st.lists(NUMBERS, min_size=1, max_size=30))
def test_a_column_is_told_as_each_of_its_values(slot, values):
    texts = column_texts(slot, pd.Series(values, dtype="float64"))
    assert texts.to_pylist() == [figure(slot, value) for value in values]


def test_many_rows_share_few_texts():
    texts = column_texts("orders", pd.Series(np.arange(10_000) / 10_000))
    assert set(texts.to_pylist()) == {"0", "1"}


def test_a_column_that_holds_no_numbers_has_no_text():
    assert column_texts("orders", pd.Series(["many", None])).to_pylist() == [None, None]


def test_values_of_a_column_of_mixed_things_are_told_where_they_are_numbers():
    mixed = pd.Series([3, "x", 2.0], dtype=object)
    assert column_texts("orders", mixed).to_pylist() == ["3", None, "2"]
