import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tiercast
from bases import orders, write_base
from tiercast.config.errors import InputError
from tiercast.features.clv import ClvModels
from tiercast.verbs import features as features_module
from tiercast.verbs.features import features

CUSTOMERS = 60


def order_lines():
    """Customer i orders every 10 + i days from day i on, for about a year."""
    start = dt.date(2024, 1, 1)
    return orders(
        *(
            (f"c{i:02d}", str(start + dt.timedelta(days=day)), 10.0 + i + day % 7)
            for i in reversed(range(CUSTOMERS))
            for day in range(i, 360, 10 + 2 * i)
        )
    )


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    tables = {"transactions": order_lines()}
    return write_base(folder / "in", tables, output={"path": str(folder / "out")})


@pytest.fixture(scope="module")
def frame(config, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "features.parquet"
    return pd.read_parquet(features(config, "2024-09-01", path))


def test_there_is_one_row_per_customer_in_order(frame):
    assert frame["customer_id"].tolist() == [f"c{i:02d}" for i in range(CUSTOMERS)]
    assert set(frame["as_of"]) == {dt.date(2024, 9, 1)}


def test_the_clv_columns_are_those_of_models_fitted_before_the_day(frame):
    expected = ClvModels.fit(frame).predict(frame, 90)
    assert list(expected.columns) == list(frame.columns[-len(expected.columns) :])
    for name in expected.columns:
        np.testing.assert_allclose(frame[name], expected[name], rtol=1e-9)


def test_batches_change_nothing(config, frame, tmp_path, monkeypatch):
    monkeypatch.setattr(features_module, "BATCH_ROWS", 7)
    again = pd.read_parquet(features(config, "2024-09-01", tmp_path / "f.parquet"))
    pd.testing.assert_frame_equal(again, frame)


def test_orders_planted_in_the_future_change_no_feature(config, frame, tmp_path):
    late = orders(("c00", "2024-09-01", 9999.0), ("new", "2024-12-01", 1.0))
    lines = pd.concat([order_lines(), late])
    planted = write_base(tmp_path / "in", {"transactions": lines})
    again = pd.read_parquet(features(planted, "2024-09-01", tmp_path / "f.parquet"))
    pd.testing.assert_frame_equal(again, frame)


def test_by_default_the_day_is_the_one_after_the_last_order(config):
    last = dt.date.fromisoformat(max(order_lines()["ordered_at"]))
    assert set(features(config)["as_of"]) == {last + dt.timedelta(days=1)}


def test_without_a_file_the_frame_is_what_the_file_would_hold(config, frame):
    pd.testing.assert_frame_equal(features(config, "2024-09-01"), frame)
    assert list(Path(config.output.path).rglob("*.parquet")) == []


def test_the_package_of_features_answers_as_the_verb_too(config, frame, tmp_path):
    path = tiercast.features(config, "2024-09-01", output=tmp_path / "f.parquet")
    assert len(pd.read_parquet(path)) == len(frame)


def test_with_comparable_weeks_a_year_before_there_are_the_season_s_features(tmp_path):
    start = dt.date(2022, 1, 1)
    lines = orders(
        *(
            (f"c{i:02d}", str(start + dt.timedelta(days=day)), 10.0 + i)
            for i in range(CUSTOMERS)
            for day in range(i, 720, 15 + i)
        )
    )
    config = write_base(tmp_path / "in", {"transactions": lines})
    found = pd.read_parquet(features(config, "2023-12-01", tmp_path / "f.parquet"))
    assert {"season_recency_days", "season_age_days", "season_horizon_ratio"} <= set(found.columns)
    expected = ClvModels.fit(found).predict(found, 90)
    plain = found.drop(columns=[name for name in found.columns if name.startswith("season_")])
    for name in expected.columns:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9)
    by_calendar = ClvModels.fit(plain).predict(plain, 90)
    assert not np.allclose(found["clv_expected_orders"], by_calendar["clv_expected_orders"])


def test_without_a_year_before_there_are_none(frame):
    assert not [name for name in frame.columns if name.startswith("season_")]


@pytest.mark.parametrize("name", ["features.csv", "features", "."])
def test_a_name_that_is_no_parquet_file_is_refused_at_once(config, name, monkeypatch):
    monkeypatch.setattr(features_module, "open_history", None)
    with pytest.raises(InputError, match=r"NAME\.parquet, but got"):
        features(config, "2024-09-01", name)


def test_returns_alone_make_no_customer(tmp_path):
    lines = orders(("a", "2024-01-05", -5.0), ("a", "2024-01-09", 9.0))
    config = write_base(tmp_path / "in", {"transactions": lines})
    with pytest.raises(InputError, match="No customer has an order of a positive amount"):
        features(config, "2024-01-06", tmp_path / "f.parquet")
