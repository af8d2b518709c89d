import datetime as dt

import pandas as pd
import pytest

from tiercast.monitoring.ledger import Ledger
from tiercast.monitoring.track_record import TrackRecord

DAYS = [dt.date(2024, month, 1) for month in (1, 2, 3, 4)]


def ledger(inside, version="1", days=DAYS):
    rows = [
        {"as_of": day, "model_version": version, "by": "all", "metric": metric, "predicted": 0.9}
        | {"actual": came, "customers": 8}
        for day, held in zip(days, inside, strict=False)
        for metric, came in (("total_inside", held), ("churn", 0.5))
    ]
    return Ledger(pd.DataFrame(rows), ())


@pytest.mark.parametrize(("horizon_days", "running"), [(29, 4), (32, 2), (61, 2), (92, 1)])
def test_misses_count_that_share_no_order(horizon_days, running):
    # Scored on the first of January to April: 31, 29 and 31 days apart.
    assert TrackRecord.of(ledger([0] * 4), "1", horizon_days).missed_running == running


@pytest.mark.parametrize(
    ("inside", "running"),
    [([1, 1, 1, 1], 0), ([0, 0, 0, 1], 0), ([0, 1, 0, 0], 2), ([1, 1, 1, 0], 1), ([0] * 4, 4)],
)
def test_totals_outside_are_counted_back_from_the_newest(inside, running):
    assert TrackRecord.of(ledger(inside), "1", 28).missed_running == running


def test_scores_of_the_same_weeks_miss_together():
    days = [dt.date(2024, 1, day) for day in (1, 2, 3)]
    assert TrackRecord.of(ledger([0, 0, 0], days=days), "1", 30).missed_running == 1


def test_the_newest_batch_of_the_version_counts():
    record = TrackRecord.of(ledger([1, 1]), "1", 28)
    assert record.as_of == DAYS[1]
    assert record.predicted_actual_of("churn") == (0.9, 0.5, 8)


def test_another_versions_past_does_not_count():
    assert TrackRecord.of(ledger([0, 0]), "2", 28) is None
