import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from bases import opened
from shop import CUTOFFS
from tiercast.features.assemble import observed_event_types
from tiercast.features.feature import Setting
from tiercast.scoring import batches as batches_module
from tiercast.scoring.batches import Batches, count_customers
from tiercast.snapshots.activity import build_activity
from trained_base import text_shop

DAY = CUTOFFS[1]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    tables = text_shop()
    # Profiles of two customers: most batches know nobody's age.
    tables["customers"] = tables["customers"].head(2)
    with opened(tmp_path_factory.mktemp("shop"), tables) as base:
        yield base


@pytest.fixture(scope="module")
def activity(base):
    return build_activity(base.connection, base.tables, base.config)


@pytest.fixture
def batches_of(base, activity, monkeypatch):
    """Return a function that parts the base by so many customers."""

    def parted(size):
        monkeypatch.setattr(batches_module, "BATCH_CUSTOMERS", size)
        for table in base.connection.list_tables():
            if table.endswith("__by_batch"):
                base.connection.drop_table(table)
        setting = Setting(30, observed_event_types(activity, DAY))
        customers = count_customers(activity, DAY)
        return Batches.of(base.connection, activity, DAY, setting, customers)

    return parted


def whole(batches):
    rows = pd.concat(list(batches.frames()), ignore_index=True)
    return rows.sort_values("customer_id", ignore_index=True)


def buyers_before(base, day):
    """Return who had an order of more than nothing before a day, counted by pandas."""
    lines = base.tables["transactions"].to_pandas()
    bought = lines[lines["ordered_at"] < pd.Timestamp(day)]
    spent = bought.groupby(["customer_id", "order_id"])["amount"].sum()
    return set(spent[spent > 0].index.get_level_values(0))


def test_a_small_base_is_one_batch(base, batches_of):
    batches = batches_of(25_000)
    (frame,) = batches.frames()
    assert (batches.number, batches.customers) == (1, len(buyers_before(base, DAY)))
    assert frame["customer_id"].is_monotonic_increasing
    assert set(frame["as_of"]) == {DAY}


def test_batches_hold_the_same_rows_as_one(base, batches_of):
    parted = batches_of(50)
    frames = list(parted.frames())
    sizes = [len(frame) for frame in frames]
    assert (parted.number, len(sizes), sum(sizes)) == (4, 4, len(buyers_before(base, DAY)))
    assert max(sizes) < 2 * 50
    many = pd.concat(frames, ignore_index=True).sort_values("customer_id", ignore_index=True)
    pd.testing.assert_frame_equal(many, whole(batches_of(25_000)))


def test_types_do_not_depend_on_what_a_batch_happens_to_hold(batches_of):
    batches = batches_of(50)
    ages = [frame["age"] for frame in batches.frames()]
    assert {str(age.dtype) for age in ages} == {"float64"}
    assert {age.notna().any() for age in ages} == {True, False}
    assert batches.schema.field("age").type == pa.int64()


def test_customers_without_an_order_before_the_day_are_left_out(base, activity):
    first = base.first_day + dt.timedelta(days=2)
    buyers = buyers_before(base, first)
    assert count_customers(activity, first) == len(buyers) < 200
    early = Batches.of(base.connection, activity, first, Setting(30, ()), len(buyers))
    assert set(whole(early)["customer_id"]) == buyers


def test_a_day_before_every_order_has_no_rows(base, activity):
    assert count_customers(activity, base.first_day) == 0
    nothing = Batches.of(base.connection, activity, base.first_day, Setting(30, ()), 0)
    assert list(nothing.frames()) == []


def test_every_feature_is_a_float_whatever_the_engine_counts_in(batches_of):
    batches = batches_of(1_000)
    (frame,) = batches.frames()
    floats = {f.name for f in batches.schema if pa.types.is_floating(f.type)}
    assert {"orders", "orders_90d"} <= floats
    assert set(frame[list(floats)].dtypes.astype(str)) == {"float64"}
