"""A label table: the label is no feature; wrong names are refused with what is there."""

import datetime as dt

import pandas as pd
import pytest

from bases import opened
from labelled import OUTLOOK, UNLABELLED, label_table
from tiercast.config.errors import InputError
from tiercast.features.label_table import LabelColumns, as_frame

DAY = dt.date(2024, 3, 1)


def columns_of(tmp_path, table, **outlook):
    with opened(tmp_path, {"customers": table}, outlook=OUTLOOK | outlook) as base:
        return LabelColumns.of(base)


def test_the_label_is_no_feature_and_text_of_numbers_is_read_as_numbers(tmp_path):
    with opened(tmp_path, {"customers": label_table()}, outlook=OUTLOOK) as base:
        columns = LabelColumns.of(base)
        rows = as_frame(columns.labelled(base.lead, DAY), DAY)
    assert "left" not in rows
    assert rows["paid"].dtype == "float64"
    assert rows["paid"].isna().any()  # blanks
    assert len(rows) == len(label_table()) - UNLABELLED


def test_who_left_is_worth_nothing_and_who_stayed_what_the_column_says(tmp_path):
    with opened(tmp_path, {"customers": label_table()}, outlook=OUTLOOK) as base:
        rows = as_frame(LabelColumns.of(base).labelled(base.lead, DAY), DAY)
    assert (rows.loc[~rows["ordered"], "value"] == 0).all()
    assert (rows.loc[rows["ordered"], "value"] == rows.loc[rows["ordered"], "fee"]).all()


@pytest.mark.parametrize("positive", [True, "Yes", "yes ", None])
def test_the_positive_value_is_found_however_yaml_read_it(tmp_path, positive):
    assert columns_of(tmp_path, label_table(), positive=positive).positive == "yes"


@pytest.mark.parametrize(("label", "positive"), [([1, 0], "1"), ([True, False], "true")])
def test_numbers_and_booleans_are_labels_too(tmp_path, label, positive):
    table = pd.DataFrame({"customer_id": range(4), "fee": 1.5, "age": range(4), "left": label * 2})
    assert columns_of(tmp_path, table).positive == positive


def test_a_column_that_is_not_there_is_refused_with_the_nearest_name(tmp_path):
    with pytest.raises(InputError, match=r"there is no `lefd`; did you mean `left`\?"):
        columns_of(tmp_path, label_table(), column="lefd")


def test_a_value_that_is_not_there_is_refused_with_the_values_found(tmp_path):
    with pytest.raises(InputError, match="'Gone' is not there: `left` holds 'no', 'yes'"):
        columns_of(tmp_path, label_table(), positive="Gone")


def test_a_label_that_nobody_can_read_must_be_named(tmp_path):
    table = label_table().replace({"left": {"Yes": "A", "No": "B"}})
    with pytest.raises(InputError, match="cannot be found: `left` holds 'b', 'a'"):
        columns_of(tmp_path, table)


def test_a_value_column_must_hold_numbers(tmp_path):
    with pytest.raises(InputError, match="must hold numbers, but `plan` holds values such as"):
        columns_of(tmp_path, label_table(), value_column="plan")
