import numpy as np
import pandas as pd
import pytest

from tiercast.btyd.counts import (
    HISTORY_COLUMNS,
    HISTORY_RULES,
    SPEND_COLUMNS,
    SPEND_RULES,
    count_distinct,
    read_columns,
    read_weight,
)


def test_equal_rows_are_counted_once_and_sorted():
    rows = np.array([[1, 3, 9], [0, 0, 40], [1, 3, 9], [1, 5, 9], [0, 0, 40], [1, 3, 9]])
    counted = count_distinct(rows, np.ones(6))
    assert counted.values.tolist() == [[0, 0, 40], [1, 3, 9], [1, 5, 9]]
    assert counted.counts.tolist() == [2, 3, 1]
    assert counted.frequencies.tolist() == [0, 1]
    assert counted.frequency_counts.tolist() == [2, 4]


def test_weights_add_up_and_rows_of_weight_zero_vanish():
    rows = np.array([[0, 0, 40], [0, 0, 40], [7, 3, 9]])
    counted = count_distinct(rows, np.array([2.0, 0.5, 0.0]))
    assert counted.values.tolist() == [[0, 0, 40]]
    assert counted.counts.tolist() == [2.5]


def test_a_frame_is_read_by_name_and_an_array_by_position():
    frame = pd.DataFrame({"T": [9], "id": ["x"], "frequency": [1], "recency": [3]})
    from_frame = read_columns(frame, HISTORY_COLUMNS, HISTORY_RULES)
    from_array = read_columns([[1, 3, 9]], HISTORY_COLUMNS, HISTORY_RULES)
    assert from_frame.tolist() == from_array.tolist() == [[1, 3, 9]]


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match=r"lacks recency among \['frequency', 'T'\]; rename"):
        read_columns(pd.DataFrame({"frequency": [1], "T": [2]}), HISTORY_COLUMNS, HISTORY_RULES)


def test_an_array_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"but got shape \(1, 2\)"):
        read_columns([[1, 3]], HISTORY_COLUMNS, HISTORY_RULES)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1, np.nan, 9], "must be finite"),
        ([np.inf, 3, 9], "must be finite"),
        ([-1, 0, 9], "whole number"),
        ([1.5, 3, 9], "whole number"),
        ([1, 10, 9], "between 0 and T"),
        ([1, -1, 9], "between 0 and T"),
        ([0, 3, 9], "0 where frequency is 0.*not the time since the last"),
    ],
)
def test_an_impossible_history_is_refused_with_its_row(row, message):
    with pytest.raises(ValueError, match=message) as refusal:
        read_columns([[0, 0, 5], row], HISTORY_COLUMNS, HISTORY_RULES)
    assert "1 of 2 rows" in str(refusal.value)
    assert "the first being row 1" in str(refusal.value)


def test_monetary_value_may_be_missing_only_without_a_repeat_order():
    assert len(read_columns([[0, np.nan], [2, -5.0]], SPEND_COLUMNS, SPEND_RULES)) == 2
    with pytest.raises(ValueError, match="monetary_value must be finite where frequency > 0"):
        read_columns([[1, np.nan]], SPEND_COLUMNS, SPEND_RULES)
    with pytest.raises(ValueError, match="frequency must be a whole number"):
        read_columns([[np.inf, 3]], SPEND_COLUMNS, SPEND_RULES)


@pytest.mark.parametrize("weight", [[1.0], [1.0, -1.0], [1.0, np.nan], [[1.0, 1.0]]])
def test_impossible_weights_are_refused(weight):
    with pytest.raises(ValueError, match="one finite number >= 0 for each of 2 rows"):
        read_weight(2, weight)


@pytest.mark.parametrize("n_rows", [0, 3])
def test_nobody_to_count_is_an_error(n_rows):
    with pytest.raises(ValueError, match=f"at least one customer.*got {n_rows} rows"):
        count_distinct(np.zeros((n_rows, 3)), np.zeros(n_rows))
