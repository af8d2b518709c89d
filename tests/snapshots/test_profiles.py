import datetime as dt

import pandas as pd
import pytest

from bases import opened, orders
from tiercast.features.assemble import feature_panel, profile_columns
from tiercast.features.feature import Setting
from tiercast.snapshots.activity import build_activity

LINES = orders((1, "2024-01-05", 10.0), (2, "2024-01-06", 20.0), (3, "2024-01-07", 30.0))
DATED = orders(
    (1, "1900-01-01", "basic", 0),
    (1, "2024-02-01", "gold", 3),
    (1, "2024-03-01 00:00:01", "none", 9),
    (2, "2024-03-01", "gold", 5),
    (3, "2024-01-01", "basic", 1),
    columns="customer_id valid_from card visits",
)
CUTOFFS = [dt.date(2024, 2, 1), dt.date(2024, 3, 1), dt.date(2024, 3, 2)]


@pytest.fixture
def at_cutoffs(tmp_path):
    """Return a function that answers the profile of each customer at each cutoff."""

    def read(customers, cutoffs=CUTOFFS):
        tables = {"transactions": LINES, "customers": customers}
        with opened(tmp_path, tables) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            frame = feature_panel(activity, cutoffs, Setting(30)).to_pandas()
            names = profile_columns(activity, Setting(30))
        frame["as_of"] = pd.to_datetime(frame["as_of"]).dt.date
        return frame.set_index(["as_of", "customer_id"]).sort_index()[list(names)]

    return read


def test_the_row_valid_at_the_cutoff_counts(at_cutoffs):
    cards = at_cutoffs(DATED)["card"].unstack()
    assert cards[1].tolist() == ["basic", "gold", "none"]
    assert cards[3].tolist() == ["basic", "basic", "basic"]


def test_a_customer_without_a_valid_row_yet_has_an_empty_profile(at_cutoffs):
    assert at_cutoffs(DATED)["card"].unstack()[2].isna().tolist() == [True, True, False]


def test_the_day_of_validity_is_no_column_of_the_profile(at_cutoffs):
    assert at_cutoffs(DATED).columns.tolist() == ["card", "visits"]


def test_rows_of_the_future_change_nothing(at_cutoffs):
    planted = DATED.assign(valid_from="2024-03-02", card="planted", visits=999)
    both = pd.concat([DATED, planted.drop_duplicates("customer_id")])
    pd.testing.assert_frame_equal(at_cutoffs(both), at_cutoffs(DATED))


def test_two_rows_of_one_day_are_one_too_many(tmp_path):
    twice = pd.concat([DATED, DATED.tail(1).assign(card="other")])
    with opened(tmp_path, {"transactions": LINES, "customers": twice}) as base:
        (found,) = (f for f in base.report.findings if f.rule == "duplicate_customer")
        assert found.rows == 1
        assert base.report.table("customers").rows_used == len(DATED)


def test_a_row_without_its_day_is_quarantined(tmp_path):
    gap = DATED.assign(valid_from=[None, *DATED["valid_from"][1:]])
    with opened(tmp_path, {"transactions": LINES, "customers": gap}) as base:
        (found,) = (f for f in base.report.findings if f.rule == "null_time" and f.rows)
        assert (found.table, found.column, found.rows) == ("customers", "valid_from", 1)
