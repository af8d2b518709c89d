import pytest

from tiercast.backtesting.contenders import CONTENDERS
from tiercast.backtesting.leaderboard import leaderboard, scores_by_origin, totals_by_origin


def test_each_origin_and_contender_that_ran_has_a_row(two):
    found = scores_by_origin(two, CONTENDERS)
    assert list(zip(found["origin"].astype(str), found["contender"], strict=True)) == [
        ("2024-01-31", "recency"),
        ("2024-01-31", "tiercast"),
        ("2024-03-01", "recency"),
        ("2024-03-01", "bg_nbd"),
        ("2024-03-01", "tiercast"),
    ]
    assert (found["customers"] == 10).all()


def test_the_leaderboard_tells_means_and_at_how_many_origins(two):
    board = leaderboard(scores_by_origin(two, CONTENDERS)).set_index("contender")
    assert board["origins"].to_dict() == {"recency": 2, "bg_nbd": 1, "tiercast": 2}
    assert board.loc["tiercast", "auc"] == 1.0
    assert board.loc["recency", "mae"] == pytest.approx((35 + 25 + 15 + 5 + 5 + 5 * 15) / 10)


def test_totals_stand_beside_what_came(one):
    (row,) = totals_by_origin([one], "bg_nbd").to_dict("records")
    assert (row["expected_value"], row["value"]) == (pytest.approx(180), 150)
    assert (row["value_low"], row["value_high"]) == pytest.approx((100.0, 256.0))
    assert row["expected_buyers"] == pytest.approx(4 * 0.7 + 6 * 0.3)
    assert row["buyers"] == 5
