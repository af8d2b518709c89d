import numpy as np
import pandas as pd
import pytest

from tiercast.segments.lifecycle import (
    LIFECYCLE_RULES,
    lifecycle_stages,
    rhythm_of,
    typical_gap_days,
)


def base(gaps, recency_days):
    """One customer per list of gaps between order days."""
    missing = [np.nan if not one else None for one in gaps]
    return pd.DataFrame(
        {
            "recency_days": np.array(recency_days, dtype=float),
            "active_days": [len(one) + 1 for one in gaps],
            "tenure_days": [sum(one) + r for one, r in zip(gaps, recency_days, strict=True)],
            "gap_mean_days": [np.mean(g) if g else m for g, m in zip(gaps, missing, strict=True)],
            "gap_std_days": [np.std(g) if g else m for g, m in zip(gaps, missing, strict=True)],
            "gap_last_days": [g[-1] if g else m for g, m in zip(gaps, missing, strict=True)],
        }
    )


def stages(gaps, recency_days, *, typical=30.0, active_days=365):
    frame = base(gaps, recency_days)
    result = lifecycle_stages(frame, population_gap_days=typical, active_days=active_days)
    return result.tolist()


def test_a_one_time_buyer_is_judged_by_the_base_alone():
    # Overdue after 30 + 2 * 30 = 90 days, lost after three times that.
    found = stages([[]] * 5, [0, 90, 91, 270, 271])
    assert found == ["new", "new", "at_risk", "at_risk", "lost"]


def test_a_regular_customer_is_judged_by_the_own_rhythm():
    weekly = [7] * 50
    rhythm = rhythm_of(base([weekly], [8]), population_gap_days=30, active_days=365)
    # Mean (2 * 30 + 50 * 7) / 52 = 7.885, spread sqrt(2 * 900 / 52) = 5.883.
    assert rhythm.overdue_after[0] == pytest.approx(7.8846 + 2 * 5.8835, abs=1e-3)
    assert stages([weekly] * 3, [8, 25, 80]) == ["active", "at_risk", "lost"]


def test_one_own_gap_moves_the_rhythm_a_third_of_the_way():
    rhythm = rhythm_of(base([[90]], [1]), population_gap_days=30, active_days=365)
    # Mean (60 + 90) / 3 = 50, spread sqrt(2 * 900 / 3) = 24.495.
    assert rhythm.overdue_after[0] == pytest.approx(50 + 2 * 24.4949, abs=1e-3)
    assert rhythm.earlier_overdue_after[0] == pytest.approx(90)


def test_the_earlier_rhythm_leaves_the_last_gap_out():
    with_pause = rhythm_of(
        base([[10, 14, 12, 200]], [1]), population_gap_days=30, active_days=None
    )
    before = rhythm_of(base([[10, 14, 12]], [1]), population_gap_days=30, active_days=None)
    assert with_pause.earlier_overdue_after == pytest.approx(before.overdue_after)


def test_back_after_a_long_pause_is_reactivated_until_overdue_again():
    gaps = [10, 14, 12, 200]
    assert stages([gaps] * 2, [5, 300]) == ["reactivated", "at_risk"]
    assert stages([[10, 14, 12, 30]], [5]) == ["active"]


def test_a_second_order_after_a_usual_gap_is_active_and_after_a_very_long_one_reactivated():
    assert stages([[40], [120]], [3, 3]) == ["active", "reactivated"]


def test_silence_beyond_active_days_is_lost_whatever_the_rhythm():
    yearly = [360, 370, 365]
    assert stages([yearly] * 2, [365, 366], typical=300) == ["active", "lost"]


def test_nobody_is_lost_without_active_days():
    assert stages([[], [7] * 9], [5000, 5000], active_days=None) == ["at_risk", "at_risk"]


def test_the_rules_name_five_stages_and_everyone_gets_one():
    assert [rule.stage for rule in LIFECYCLE_RULES] == [
        "lost",
        "at_risk",
        "new",
        "reactivated",
        "active",
    ]
    rng = np.random.default_rng(0)
    gaps = [rng.integers(1, 200, rng.integers(0, 6)).tolist() for _ in range(300)]
    found = stages(gaps, rng.integers(0, 400, 300).tolist())
    assert set(found) == {rule.stage for rule in LIFECYCLE_RULES}


def test_longer_silence_never_makes_a_customer_look_better():
    rank = {"reactivated": 0, "new": 0, "active": 0, "at_risk": 1, "lost": 2}
    for gaps in ([], [20], [5, 5, 5], [10, 300]):
        ranks = [rank[stage] for stage in stages([gaps] * 500, list(range(500)))]
        assert ranks == sorted(ranks)
        assert ranks[-1] == 2


def test_the_typical_gap_is_the_median_of_mean_gaps():
    assert typical_gap_days(base([[], [10], [30, 50], [100]], [1] * 4)) == 40


def test_the_typical_gap_of_a_base_without_gaps_is_its_median_tenure():
    assert typical_gap_days(base([[], [], []], [5, 40, 60])) == 40
    assert typical_gap_days(base([[]], [0.2])) == 1


def test_a_typical_gap_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0, but got population_gap_days=0"):
        stages([[]], [1], typical=0)
