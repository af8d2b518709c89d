import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from bases import write_base
from shop import CUTOFFS
from tiercast.training.training_frame import training_frame
from trained_base import text_shop

DAY, HORIZON = CUTOFFS[-1], 45


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    settings = {"train": {"snapshots": 3}, "outlook": {"horizon_days": HORIZON}}
    return write_base(folder, text_shop(), output={"path": str(folder / "out")}, **settings)


@pytest.fixture(scope="module")
def frame(config):
    return training_frame(config, DAY)


def test_there_is_a_row_for_each_customer_and_cutoff_with_features_and_labels(frame):
    assert list(frame.columns[:2]) == ["customer_id", "as_of"]
    assert list(frame.columns[-3:]) == ["ordered", "value", "returned_after_days"]
    assert {"recency_days", "region", "clv_expected_value"} <= set(frame.columns)
    assert not frame.duplicated(["customer_id", "as_of"]).any()
    assert frame["as_of"].nunique() == 3


def test_labels_are_what_the_lines_say_of_the_horizon(frame):
    lines = text_shop()["transactions"].assign(day=lambda f: f["ordered_at"].dt.normalize())
    for cutoff, rows in frame.groupby("as_of"):
        start = pd.Timestamp(cutoff)
        ahead = lines[lines["day"].between(start, start + pd.Timedelta(days=HORIZON - 1))]
        value = ahead.groupby("customer_id")["amount"].sum()
        ordered = rows[rows["ordered"]].set_index("customer_id")["value"]
        assert len(ordered) > 20
        assert value.loc[ordered.index].clip(lower=0).round(2).tolist() == pytest.approx(
            ordered.round(2).tolist()
        )


def test_no_horizon_reaches_beyond_the_day(frame):
    assert max(frame["as_of"]) + dt.timedelta(days=HORIZON) <= DAY


def test_nothing_is_written(config, frame):
    assert not Path(config.output.path).exists()
