import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened
from seasonal import AS_OF, HORIZON_DAYS, burst_shop, wave_shop
from tiercast.features.assemble import feature_panel, season_clocks
from tiercast.features.feature import Setting
from tiercast.features.registry import features_for
from tiercast.features.season import SEASON
from tiercast.snapshots.activity import build_activity

NAMES = [feature.name for feature in SEASON]
SETTING = Setting(HORIZON_DAYS, on_clock=True)
LINES = wave_shop(customers=300)
EARLIER = AS_OF - dt.timedelta(days=400)  # no year before it: the gate is shut


def told(folder, lines, setting=SETTING):
    """Return features by cutoff and customer, the clocks and the names of features."""
    cutoffs = [EARLIER, AS_OF]
    with opened(folder, {"transactions": lines}) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        frame = feature_panel(activity, cutoffs, setting).to_pandas()
        clocks = season_clocks(activity, cutoffs, setting)
        names = [feature.name for feature in features_for(activity, setting)]
    return frame.set_index(["as_of", "customer_id"]).sort_index(), clocks, names


@pytest.fixture(scope="module")
def wave(tmp_path_factory):
    return told(tmp_path_factory.mktemp("wave"), LINES)


def test_in_a_steady_shop_the_clock_goes_by_the_calendar(tmp_path):
    day = pd.Timestamp(AS_OF)
    crowd = pd.DataFrame({"ordered_at": day - pd.to_timedelta(range(1, 743), unit="D")})
    rest = crowd.assign(customer_id=crowd.index + 100, amount=9.0)
    ann = pd.DataFrame({"ordered_at": day - pd.to_timedelta([100, 60, 20], unit="D")})
    # One order a day; ann's stand in for the crowd's.
    rest = rest[~rest["ordered_at"].isin(ann["ordered_at"])]
    panel, _, _ = told(tmp_path, pd.concat([ann.assign(customer_id=1, amount=9.0), rest]))
    row = panel.loc[(day, 1), NAMES]
    # Her usual gap is (100 - 20) / 2 = 40 days, of which 20 have passed.
    assert row.tolist() == pytest.approx([20.0, 100.0, 0.5, 1.0])


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return told(tmp_path_factory.mktemp("plain"), LINES, Setting(HORIZON_DAYS))


def test_recency_and_age_are_the_clock_s_ages_of_the_last_and_first_order_day(wave):
    panel, clocks, _ = wave
    for clock in clocks:
        day = pd.Timestamp(clock.cutoff)
        known = LINES[LINES["ordered_at"] < day].groupby("customer_id")["ordered_at"]
        rows = panel.loc[day]
        last = (day - known.max()).dt.days.reindex(rows.index)
        first = (day - known.min()).dt.days.reindex(rows.index)
        assert rows["season_recency_days"].tolist() == clock.ages[last].tolist()
        assert rows["season_age_days"].tolist() == clock.ages[first].tolist()


def test_quiet_days_count_for_less_and_busy_ones_for_more(wave):
    panel, _, _ = wave
    now = panel.loc[pd.Timestamp(AS_OF)]
    # The half year before the day is the quiet half of the wave, the one before it the busy half.
    lately = now[now["recency_days"].between(20, 182)]
    assert len(lately) > 50
    assert (lately["season_recency_days"] < 0.9 * lately["recency_days"]).all()
    year = now[now["tenure_days"].between(360, 368)]
    assert year["season_age_days"].to_numpy() == pytest.approx(year["tenure_days"], rel=0.05)


def test_overdue_is_the_wait_over_the_usual_gap_on_the_clock(wave):
    panel, _, _ = wave
    repeat = panel[panel["btyd_frequency"] > 0]
    gap = (repeat["season_age_days"] - repeat["season_recency_days"]) / repeat["btyd_frequency"]
    assert repeat["season_overdue_ratio"].to_numpy() == pytest.approx(
        (repeat["season_recency_days"] / gap).to_numpy()
    )
    once = panel[panel["btyd_frequency"] == 0]
    assert len(once) > 20
    assert once["season_overdue_ratio"].isna().all()


def test_the_horizon_ratio_is_one_for_all_of_a_cutoff_and_empty_where_the_gate_is_shut(wave):
    panel, (earlier, now), _ = wave
    ratio = panel["season_horizon_ratio"]
    assert ratio.loc[pd.Timestamp(EARLIER)].isna().all()
    assert not earlier.is_open
    assert set(ratio.loc[pd.Timestamp(AS_OF)]) == {now.horizon_ratio}
    assert now.horizon_ratio > 1.2


def test_without_the_clock_the_rest_is_the_same(wave, plain):
    (panel, _, names), (bare, clocks, bare_names) = wave, plain
    assert clocks == ()
    assert [name for name in names if name not in bare_names] == NAMES
    pd.testing.assert_frame_equal(panel.drop(columns=NAMES), bare, check_exact=True)


def test_orders_planted_after_the_last_cutoff_change_no_season_feature(wave, tmp_path):
    known = LINES[LINES["ordered_at"] < pd.Timestamp(AS_OF)]
    planted = known.tail(2000).assign(ordered_at=pd.Timestamp(AS_OF), amount=777.0)
    panel, clocks, _ = told(tmp_path, pd.concat([known, planted]))
    pd.testing.assert_frame_equal(panel, wave[0], check_exact=True)
    for one, other in zip(clocks, wave[1], strict=True):
        np.testing.assert_array_equal(one.ages, other.ages)


def test_a_burst_of_new_customers_is_not_a_season(tmp_path):
    panel, clocks, _ = told(tmp_path, burst_shop(customers=200))
    assert [clock.is_open for clock in clocks] == [False, False]
    assert panel["season_horizon_ratio"].isna().all()
    assert panel["season_recency_days"].notna().all()
