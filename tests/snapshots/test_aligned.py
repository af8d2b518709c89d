import datetime as dt

import pytest

from tiercast.config.errors import InputError
from tiercast.snapshots.aligned import aligned_cutoffs
from tiercast.snapshots.cutoffs import ShopCalendar, plan_cutoffs
from tiercast.snapshots.grid import OrderGrid

MONTHLY = OrderGrid(dt.date(2024, 1, 1), every_months=1, month_days=(1,))
QUARTERLY = OrderGrid(dt.date(2024, 1, 1), every_months=3, month_days=(1,))
WEEKLY = OrderGrid(dt.date(2024, 1, 1), every_days=7)
ON_MONTHLY = {"calendar": ShopCalendar(MONTHLY)}
FIRST = dt.date(2020, 1, 1)
PHASES = [dt.date(2024, 6, 1) + dt.timedelta(days=3 * n) for n in range(11)]


@pytest.mark.parametrize("as_of", PHASES, ids=str)
@pytest.mark.parametrize("horizon_days", [28, 30, 60, 90])
@pytest.mark.parametrize("grid", [MONTHLY, QUARTERLY, WEEKLY], ids=lambda grid: grid.describe())
def test_windows_hold_as_many_days_as_the_horizon_and_have_ended(grid, horizon_days, as_of):
    ahead = grid.count(as_of, horizon_days)
    found = aligned_cutoffs(grid, as_of, FIRST, horizon_days)
    if not ahead:
        assert found.cutoffs == ()
        return
    assert len(found.cutoffs) >= 5
    held = {grid.count(cutoff, found.window_days) for cutoff in found.cutoffs}
    assert held == {ahead}
    assert max(found.cutoffs) + dt.timedelta(days=found.window_days) <= as_of


def test_cutoffs_lie_as_far_from_the_days_as_the_day_itself():
    found = aligned_cutoffs(MONTHLY, dt.date(2024, 6, 20), FIRST, 30)
    gaps = {(MONTHLY.next_from(cutoff) - cutoff).days for cutoff in found.cutoffs}
    assert gaps == {11}


def test_the_plan_takes_cutoffs_at_least_the_step_apart():
    plan = plan_cutoffs(
        dt.date(2024, 6, 2),
        FIRST,
        horizon_days=90,
        snapshots=3,
        every_days=40,
        **ON_MONTHLY,
    )
    assert [str(day) for day in plan.cutoffs] == ["2023-11-02", "2024-01-02", "2024-03-02"]
    assert (plan.horizon_days, plan.missing) == (90, 0)


def test_a_horizon_without_such_a_day_is_refused_with_the_one_needed():
    with pytest.raises(InputError, match=r"certain that nobody orders.*horizon_days` of 30 or"):
        plan_cutoffs(
            dt.date(2024, 6, 2),
            FIRST,
            horizon_days=28,
            snapshots=3,
            every_days=9,
            **ON_MONTHLY,
        )
