import numpy as np
import pandas as pd
import pytest

from tiercast.fairness.audit import audit, four_fifths, hidden_groups

# 40 women, of whom 10 left, forecast at .25; 40 men, of whom 20 left, forecast at .3; 5 others.
GENDER = pd.Series(["f"] * 40 + ["m"] * 40 + ["x"] * 5)
ROWS = pd.DataFrame(
    {
        "left": [1] * 10 + [0] * 30 + [1] * 20 + [0] * 20 + [1] * 5,
        "churn_probability": [0.25] * 40 + [0.3] * 40 + [0.5] * 5,
        "best_tier": [1] * 20 + [0] * 20 + [1] * 10 + [0] * 30 + [1] * 5,
    }
)


@pytest.fixture(scope="module")
def found():
    return audit(ROWS, {"gender": GENDER}).set_index(["measure", "group"])


def test_figures_are_means_of_the_group(found):
    assert found.loc[("level", "f"), "value"] == pytest.approx(0.0)
    assert found.loc[("level", "m"), "value"] == pytest.approx(0.3 - 0.5)
    assert found.loc[("error", "f"), "value"] == pytest.approx(0.25 * 0.75**2 + 0.75 * 0.25**2)
    assert found.loc[("best_tier", "f"), "value"] == 0.5


def test_intervals_are_those_of_a_mean(found):
    row = found.loc[("best_tier", "m")]
    half = 1.959964 * np.sqrt(0.25 * 0.75 * 40 / 39 / 40)
    assert (row["low"], row["high"]) == pytest.approx((0.25 - half, 0.25 + half))


def test_groups_of_fewer_than_ten_are_hidden_and_counted(found):
    assert set(found.index.get_level_values("group")) == {"f", "m"}
    assert hidden_groups({"gender": GENDER}) == {"gender": 1}


def test_the_lowest_rate_is_set_against_the_highest(found):
    [row] = four_fifths(found.reset_index()).to_dict("records")
    assert (row["lowest"], row["highest"], row["ratio"]) == ("m", "f", 0.5)
    assert (row["is_below"], row["is_sure"]) == (True, False)  # .25 +- .14 and .5 +- .16 meet


def test_without_protected_columns_there_is_nothing():
    assert audit(ROWS, {}).empty
