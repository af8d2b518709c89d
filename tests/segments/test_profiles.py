import numpy as np
import pandas as pd
import pytest

from tiercast.segments.profiles import profile_table


def test_a_profile_has_size_share_and_typical_values():
    frame = pd.DataFrame(
        {"orders": [1, 3, 8], "revenue": [10.0, 30.0, 160.0], "gap": [np.nan, 6.0, np.nan]}
    )
    columns = ("orders", "revenue", "gap", "absent", "orders")
    found = profile_table(frame, np.array([1, 1, 0]), ["big", "small", "none"], columns)
    assert found["segment"].tolist() == ["big", "small", "none"]
    assert found["customers"].tolist() == [1, 2, 0]
    assert found["share"].tolist() == pytest.approx([1 / 3, 2 / 3, 0])
    assert found["revenue_share"].tolist() == pytest.approx([0.8, 0.2, 0.0])
    assert found["orders_median"].tolist()[:2] == [8, 2]
    assert found["gap_mean"].tolist()[1] == 6
    assert found["orders_mean"].isna().tolist() == [False, False, True]
    assert not found.columns.duplicated().any()


def test_a_base_without_revenue_has_no_shares_of_it():
    frame = pd.DataFrame({"revenue": [0.0, 0.0]})
    found = profile_table(frame, np.array([0, 1]), ["a", "b"], ("revenue",))
    assert found["revenue_share"].isna().all()
