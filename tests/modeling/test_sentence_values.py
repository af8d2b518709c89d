import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiercast.modeling.sentence_values import Figures, column_of, figure

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
    figures = Figures(pd.DataFrame({column_of(slot): values}))
    told = [figures.text(slot, row) for row in range(len(values))]
    assert told == [figure(slot, value) for value in values]


def test_many_rows_share_few_texts():
    figures = Figures(pd.DataFrame({"orders": np.arange(10_000) / 10_000}))
    assert {figures.text("orders", row) for row in range(10_000)} == {"0", "1"}
    assert len({id(figures.text("orders", row)) for row in range(10_000)}) == 2


def test_a_column_that_is_missing_or_holds_no_numbers_has_no_text():
    figures = Figures(pd.DataFrame({"orders": ["many", None]}))
    assert [figures.text("orders", row) for row in (0, 1)] == [None, None]
    assert [figures.text("revenue", row) for row in (0, 1)] == [None, None]
    assert figures.value("revenue", 0) is None


def test_values_of_a_column_of_mixed_things_are_told_where_they_are_numbers():
    figures = Figures(pd.DataFrame({"orders": pd.Series([3, "x", 2.0], dtype=object)}))
    assert [figures.text("orders", row) for row in range(3)] == ["3", None, "2"]
