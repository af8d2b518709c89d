import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.design_matrix import FEWEST_CUSTOMERS, MAX_LEVELS, DesignMatrix

EACH = FEWEST_CUSTOMERS  # rows of a level that just suffice


def profile(values, name="x"):
    """A frame of one profile column; a list's entries are one customer each."""
    column = values if isinstance(values, pd.Series) else pd.Series(values, name=name)
    return pd.DataFrame({"customer_id": range(len(column)), name: column})


def texts(**counts):
    return [level for level, count in counts.items() for _ in range(count)]


def test_numbers_come_as_they_are_and_keys_and_labels_do_not():
    frame = pd.DataFrame(
        {
            "customer_id": [1, 2],
            "as_of": dt.date(2024, 7, 1),
            "recency_days": [3.0, np.nan],
            "orders": [1, 2],
            "season_horizon_ratio": [0.7, 1.4],  # an offset
            "ordered": [True, False],
            "value": [5.0, 0.0],
            "returned_after_days": [3.0, np.nan],
        }
    )
    design = DesignMatrix.fit(frame)
    assert design.names == ("recency_days", "orders")
    np.testing.assert_array_equal(design.transform(frame), [[3.0, 1.0], [np.nan, 2.0]])


@pytest.mark.parametrize(
    "column",
    [
        [4.0] * 30,
        [np.nan] * 30,
        [None] * 30,
        pd.array([True] * 30, dtype="boolean"),
        ["north"] * 30,
    ],
)
def test_a_column_of_one_value_goes(column):
    assert DesignMatrix.fit(profile(column)).names == ()


def test_one_value_and_missing_are_two():
    frame = profile(["north"] * EACH + [None] * 3)
    assert DesignMatrix.fit(frame).names == ("x=north",)
    assert DesignMatrix.fit(profile([4.0, np.nan])).names == ("x",)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([True, False, True]),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series([True, None, False], dtype=object),
        pd.Series([1, 2, 3]),
        pd.Series([1, None, 3], dtype="Int64"),
        pd.Series([1.5, None, 3], dtype="Float64"),
        pd.Series([1.5, None, 3]),
        pd.Series([Decimal("1.50"), None, Decimal(3)], dtype=object),
    ],
    ids=lambda column: f"{column.dtype}-{column[0]!r}",
)
def test_numbers_of_any_type_are_numbers_and_missing_ones_nan(column):
    frame = profile(column)
    design = DesignMatrix.fit(frame)
    assert design.numeric == ("x",)
    expected = [np.nan if value is None or value is pd.NA else float(value) for value in column]
    np.testing.assert_array_equal(design.transform(frame)[:, 0], expected)
    alone = design.transform(frame.iloc[[1]])
    np.testing.assert_array_equal(alone[:, 0], expected[1:2])


def test_a_number_may_be_missing_throughout_a_later_frame():
    design = DesignMatrix.fit(profile([1.0, 2.0]))
    for gone in ([None, None], [np.nan, np.nan]):
        assert np.isnan(design.transform(profile(pd.Series(gone, dtype=object)))).all()


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 1, 2, 10), None] * EACH),
        pd.Series([pd.Timestamp(2024, 1, 1, tz="UTC"), None] * EACH),
        pd.Series([dt.date(2024, 1, 1), None, dt.date(2024, 1, 2)] * EACH, dtype=object),
        pd.Series([dt.time(1), None] * EACH, dtype=object),
        pd.Series([pd.Timedelta(days=1), None] * EACH),
    ],
    ids=["timestamp", "zoned", "date", "time", "span"],
)
def test_dates_and_times_are_left_out(column):
    assert DesignMatrix.fit(profile(column)).names == ()


def test_levels_come_by_number_of_customers_then_by_name():
    frame = profile(texts(south=EACH, north=EACH, west=EACH + 1))
    assert DesignMatrix.fit(frame).names == ("x=west", "x=north", "x=south")


def test_only_so_many_levels_are_told_apart():
    frame = profile(texts(**{f"town_{n:02}": EACH + 20 - n for n in range(MAX_LEVELS + 3)}))
    assert DesignMatrix.fit(frame).names == tuple(f"x=town_{n:02}" for n in range(MAX_LEVELS))


def test_a_level_of_few_customers_is_not_learnt():
    frame = profile(texts(north=EACH, hamlet=EACH - 1))
    assert DesignMatrix.fit(frame).levels == {"x": ("north",)}


def test_the_same_customer_at_many_cutoffs_counts_once():
    frame = profile(texts(north=EACH, ann=1))
    panel = pd.concat([frame] * EACH)
    assert DesignMatrix.fit(panel).levels == {"x": ("north",)}


def test_names_of_single_customers_never_reach_the_model():
    frame = profile([f"customer_{n}@example.com" for n in range(500)])
    assert DesignMatrix.fit(frame) == DesignMatrix((), {})


def test_unseen_and_missing_levels_are_rows_of_zeros():
    design = DesignMatrix.fit(profile(texts(north=EACH + 1, south=EACH)))
    later = profile(["south", "north", "mars", None])
    assert design.transform(later).tolist() == [[0, 1], [1, 0], [0, 0], [0, 0]]


@pytest.mark.parametrize("dtype", ["str", "string", "object", "category"])
def test_texts_of_any_type_are_one(dtype):
    values = texts(north=EACH + 1, south=EACH)
    design = DesignMatrix.fit(profile(values))
    later = profile(pd.Series([*values, None], dtype=dtype))
    assert DesignMatrix.fit(later) == design
    assert design.transform(later).sum(axis=0).tolist() == [EACH + 1, EACH]


def test_odd_texts_are_levels_like_others():
    odd = ["<b>bold</b>", "🛒", "a=b", '"', "北京", ""]
    frame = profile([level for level in odd for _ in range(EACH)])
    design = DesignMatrix.fit(frame)
    assert design.transform(frame).sum(axis=1).tolist() == [1.0] * len(frame)
    assert set(design.levels["x"]) == set(odd)


def test_the_levels_of_a_category_share_their_feature():
    frame = profile(texts(north=EACH, south=EACH), name="region").assign(age=range(2 * EACH))
    design = DesignMatrix.fit(frame)
    assert design.names == ("age", "region=north", "region=south")
    assert design.features == ("age", "region", "region")


def test_fitting_and_transforming_leave_the_frame_alone():
    frame = profile([*texts(north=EACH, south=EACH), None])
    before = frame.copy(deep=True)
    DesignMatrix.fit(frame).transform(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("ages", [[20.0, 31.5, np.nan, 4.0], [20, 31, None, 4]])
def test_few_rows_have_the_numbers_that_they_have_among_many(ages):
    few = pd.DataFrame({"orders": [1.0, np.nan, 3.0, 4.0], "region": ["n", "s", None, "x"]})
    few = few.assign(age=pd.array(ages, dtype="Float64" if None not in ages else "Int64"))
    design = DesignMatrix(("orders", "age"), {"region": ("n", "s")})
    many = pd.concat([few] * 100, ignore_index=True)
    assert np.array_equal(design.transform(few), design.transform(many)[:4], equal_nan=True)
