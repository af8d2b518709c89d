"""The sums of a base's orders beside some scores, as `score` would store them."""

import datetime as dt

import ibis
import pandas as pd

from tiercast.feature_store.history import History
from tiercast.modeling.target import Target
from tiercast.past.known import Known
from tiercast.past.past import AGGREGATES, Past, past_record


def known_of(history: History, scores: pd.DataFrame, day: dt.date) -> Known:
    """Return what the sums are made of."""
    rows = scores[["customer_id", "tier", "expected_value"]]
    return Known(
        day,
        Target.of_config(history.base.config),
        history.base.connection,
        history.activity.orders,
        history.activity.spend,
        history.base.aside,
        ibis.memtable(rows),
    )


def past_with(day: dt.date, **entries: object) -> Past:
    """Return the sums of no orders, with some entries of the record in their place."""
    names = ("cohorts", "repeats", "new_by_month", "aside")
    empty = dict.fromkeys(AGGREGATES) | {name: {} for name in names}
    return Past.of({"as_of": day.isoformat(), **empty, **entries})


def past_of(history: History, scores: pd.DataFrame, day: dt.date) -> dict[str, object]:
    """Return the record of all sums."""
    return past_record(known_of(history, scores, day))
