import datetime as dt

import pytest

from tiercast.monitoring.scoring_rhythm import ScoringRhythm


def days(*texts):
    return [dt.date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    ("scored", "as_of", "steps"),
    [
        (("2024-01-01", "2024-01-02", "2024-01-03"), "2024-01-05", 2.0),
        (("2024-01-01", "2024-01-08", "2024-01-15"), "2024-01-16", 1 / 7),
        # A run was missed once: the median step stays a week.
        (("2024-01-01", "2024-01-08", "2024-01-22", "2024-01-29"), "2024-02-19", 3.0),
        (("2024-01-01",), "2024-06-01", None),
    ],
)
def test_the_time_since_the_newest_scores_is_counted_in_steps_of_the_schedule(
    scored, as_of, steps
):
    assert ScoringRhythm.of(days(*scored), *days(as_of)).steps == steps


def test_a_schedule_that_became_daily_is_daily():
    monthly = [dt.date(2023, month, 1) for month in range(1, 13)]
    daily = [dt.date(2024, 1, day) for day in range(1, 15)]
    assert ScoringRhythm.of(monthly + daily, dt.date(2024, 1, 18)).step_days == 1.0
