import datetime as dt
from dataclasses import replace

import pytest

from tiercast.artifacts.reference import Reference
from tiercast.monitoring.population import Population
from tiny_batch import SCORED


def reference(as_of, customers):
    return Reference(dt.date.fromisoformat(as_of), customers, ())


# Eight customers came, one a day, from 2024-02-11 to 2024-02-18.
@pytest.mark.parametrize(
    ("since", "then", "new", "gone"),
    [("2024-02-15", 4, 4, 0), ("2024-02-15", 10, 4, 6), ("2024-02-29", 8, 0, 0)],
)
def test_new_and_gone_customers_are_counted(activity, batch, since, then, new, gone):
    found = Population.of(activity, batch, reference(since, then))
    assert (found.then, found.now, found.new, found.gone) == (then, 8, new, gone)


def test_orders_after_the_scores_make_nobody_new(activity, batch):
    early = replace(batch, as_of=dt.date(2024, 2, 13), manifest={**batch.manifest, "customers": 2})
    assert Population.of(activity, early, reference("2024-02-01", 1)).new == 2
    assert early.as_of < SCORED
