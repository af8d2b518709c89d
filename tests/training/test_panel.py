import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened, orders
from billed import billed, firsts
from shop import CUTOFFS, planted_future, shop
from tiercast.config.errors import InputError
from tiercast.features.clv import ClvModels
from tiercast.features.registry import CATALOGUE
from tiercast.modeling.certainty import Certainty
from tiercast.snapshots.activity import build_activity
from tiercast.training import panel as panel_module
from tiercast.training.panel import build_panel, describe_sample
from tiny_model import tiny_config

DAY = CUTOFFS[-1]
SETTINGS = {"outlook": {"horizon_days": 30}, "train": {"snapshots": 3}}
LABELS = ["ordered", "value", "returned_after_days"]
SEASON = {f.name for f in CATALOGUE if f.family == "season"}
CLV = {f.name for f in CATALOGUE if f.family == "clv" and f.grain == "models"}


def panel_of(folder, tables, as_of=DAY, **settings):
    with opened(folder, tables, **(SETTINGS | settings)) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        return build_panel(base, activity, as_of or base.observed_until)


def refused(folder, *rows, as_of=None, message):
    with pytest.raises(InputError, match=message):
        panel_of(folder, {"transactions": orders(*rows)}, as_of)


def every(days, count, *customers):
    """Return orders of customers every so many days from 2024-01-01 on."""
    start = dt.date(2024, 1, 1)
    return [
        (customer, str(start + dt.timedelta(days=days * number)), 10.0 + customer)
        for customer in customers
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    return panel_of(tmp_path_factory.mktemp("shop"), shop(customers=60))


def test_cutoffs_go_back_from_the_horizon_before_the_day(panel):
    newest = DAY - dt.timedelta(days=30)
    assert panel.cutoffs == tuple(newest - dt.timedelta(days=10 * n) for n in (2, 1, 0))


def test_rows_are_sorted_by_cutoff_and_customer(panel):
    keys = list(panel.rows[["as_of", "customer_id"]].itertuples(index=False, name=None))
    assert keys == sorted(keys)
    assert {day for day, _ in keys} == set(panel.cutoffs)
    assert set(panel.current["as_of"]) == {DAY}


def test_labels_are_what_happened_within_the_horizon(panel):
    lines = shop(customers=60)["transactions"]
    for cutoff in panel.cutoffs:
        start = pd.Timestamp(cutoff)
        window = lines[
            (lines["ordered_at"] >= start) & (lines["ordered_at"] < start + pd.Timedelta(days=30))
        ]
        spent = window.groupby("customer_id")["amount"].sum()
        rows = panel.rows[panel.rows["as_of"] == cutoff].set_index("customer_id")
        expected = spent.reindex(rows.index).clip(lower=0).where(rows["ordered"], 0.0)
        np.testing.assert_allclose(rows["value"], expected.fillna(0.0), atol=1e-9)
        assert set(rows.index[rows["ordered"]]) <= set(spent.index)
        back = rows["returned_after_days"]
        assert back.notna().equals(rows["ordered"])
        assert back.dropna().between(0, 29).all()
    assert 0 < panel.rows["ordered"].mean() < 1


def test_the_current_rows_know_nothing_of_what_follows(panel):
    assert not set(LABELS) & set(panel.current.columns)
    assert set(panel.rows.columns) - set(panel.current.columns) == set(LABELS)


def test_btyd_models_of_a_cutoff_are_fitted_on_that_cutoff_only(panel):
    for cutoff in panel.cutoffs:
        rows = panel.rows[panel.rows["as_of"] == cutoff].reset_index(drop=True)
        told = ClvModels.fit(rows).predict(rows, 30)
        pd.testing.assert_frame_equal(rows[list(told)], told)
    told = panel.clv.predict(panel.current, 30)
    pd.testing.assert_frame_equal(panel.current[list(told)], told)


def test_what_lies_after_the_day_changes_no_row(panel, tmp_path):
    planted = planted_future(shop(customers=60), DAY)
    again = panel_of(tmp_path, planted)
    pd.testing.assert_frame_equal(again.rows, panel.rows, check_exact=True)
    pd.testing.assert_frame_equal(again.current, panel.current, check_exact=True)
    assert again.setting == panel.setting
    assert again.share == panel.share


def test_the_day_after_the_last_order_is_the_default(tmp_path):
    panel = panel_of(tmp_path, {"transactions": orders(*every(40, 6, 1), *every(9, 30, 2))}, None)
    assert panel.as_of == dt.date(2024, 1, 1) + dt.timedelta(days=9 * 29 + 1)


def test_profile_columns_and_features_are_named(panel):
    assert panel.profile_columns == ("region", "age")
    known = set(panel.current.columns)
    assert set(panel.feature_names) <= known
    assert not [name for name in panel.feature_names if name.startswith("clv_")]


def test_what_the_config_leaves_out_is_in_no_row(panel, tmp_path):
    without = {"without": ["return_share", "contacts"]}
    found = panel_of(tmp_path, shop(customers=60), features=without, protected=["age"])
    gone = {"age", "return_share", "contacts"}
    assert set(panel.rows.columns) - set(found.rows.columns) == gone
    assert set(panel.current.columns) - set(found.current.columns) == gone
    assert set(panel.feature_names) - set(found.feature_names) == gone - {"age"}
    assert found.profile_columns == ("region",)
    assert list(found.protected) == ["customer_id", "age"]
    assert "response_rate" in found.rows  # made of contacts


def test_a_large_base_is_sampled_by_customer(tmp_path, monkeypatch, panel):
    monkeypatch.setattr(panel_module, "MAX_PANEL_ROWS", 120)  # of 60 customers at 4 days
    sampled = panel_of(tmp_path, shop(customers=60))
    kept = set(sampled.current["customer_id"])
    assert sampled.share == 0.5
    assert 28 <= len(kept) <= 32
    assert set(sampled.rows["customer_id"]) <= kept
    whole = panel.current[panel.current["customer_id"].isin(kept)].reset_index(drop=True)
    names = list(sampled.feature_names)
    pd.testing.assert_frame_equal(sampled.current[names], whole[names])
    assert "a stratified 50.0% of the customers" in describe_sample(sampled, tiny_config())


def test_the_sample_is_told_in_words(panel):
    words = describe_sample(panel, tiny_config())
    assert words.startswith(
        f"{len(panel.rows):,} rows: all customers at 3 cutoffs from 2024-05-12"
    )


# The season clock


def test_a_base_with_a_year_before_the_horizon_is_told_on_the_clock(wave):
    season, setting = wave.panel.season, wave.panel.setting
    assert season.is_known
    assert setting.on_clock
    assert set(wave.panel.feature_names) >= SEASON
    assert set(wave.panel.current["season_horizon_ratio"]) == {season.horizon_ratio}


def test_a_base_that_opens_with_a_burst_of_customers_is_not(burst):
    panel = burst.panel
    assert not panel.season.is_known
    assert "a year ago cannot be compared" in panel.season.reason
    assert panel.training_rows is panel.rows
    assert not SEASON & {*panel.rows, *panel.current, *panel.feature_names}


def test_training_rows_differ_in_the_horizon_s_length_and_what_the_models_make_of_it(wave):
    rows, training_rows = wave.panel.rows, wave.panel.training_rows
    assert set(rows) == set(training_rows)
    told = [name for name in rows if name not in {"season_horizon_ratio", *CLV}]
    pd.testing.assert_frame_equal(rows[told], training_rows[told], check_exact=True)
    came = training_rows["as_of"].map(wave.panel.season.actual)
    assert training_rows["season_horizon_ratio"].tolist() == came.tolist()
    assert (rows["season_horizon_ratio"] != training_rows["season_horizon_ratio"]).all()


def test_btyd_models_look_as_far_ahead_as_the_horizon_of_the_row(wave):
    for frame in (wave.panel.rows, wave.panel.training_rows):
        for cutoff in wave.panel.cutoffs:
            rows = frame[frame["as_of"] == cutoff].reset_index(drop=True)
            told = ClvModels.fit(rows).predict(rows, wave.panel.plan.horizon_days)
            assert set(told) == CLV
            pd.testing.assert_frame_equal(rows[list(told)], told)
    longer = (
        wave.panel.training_rows["season_horizon_ratio"] > wave.panel.rows["season_horizon_ratio"]
    )
    orders = (
        wave.panel.training_rows["clv_expected_orders"] > wave.panel.rows["clv_expected_orders"]
    )
    assert longer.equals(orders)


def test_orders_after_the_day_change_no_clock_and_no_row(wave, wave_until_today):
    after = wave.lines["ordered_at"] >= pd.Timestamp(wave.panel.as_of)
    assert after.sum() > 3000
    one, other = wave.panel, wave_until_today.panel
    assert one.season == other.season
    for name in ("rows", "training_rows", "current"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def test_a_sample_of_the_customers_is_told_by_the_whole_shop_s_clock(wave, tmp_path, monkeypatch):
    monkeypatch.setattr(panel_module, "MAX_PANEL_ROWS", 1200)
    settings = {"outlook": {"horizon_days": 60}, "train": {"snapshots": 6, "every_days": 30}}
    sampled = panel_of(tmp_path, {"transactions": wave.lines}, wave.panel.as_of, **settings)
    assert sampled.share < 0.15
    assert sampled.season == wave.panel.season
    names = ["customer_id", *sorted(SEASON)]
    kept = wave.panel.current["customer_id"].isin(sampled.current["customer_id"])
    whole = wave.panel.current[kept].reset_index(drop=True)
    pd.testing.assert_frame_equal(sampled.current[names], whole[names], check_exact=True)


# What cannot be learnt from


def test_days_after_the_last_order_are_days_on_which_nobody_ordered(tmp_path):
    lines = orders(*every(10, 12, 1, 2))  # the last are of 2024-04-20
    panel = panel_of(tmp_path, {"transactions": lines}, dt.date(2024, 5, 10))
    newest = panel.rows[panel.rows["as_of"] == dt.date(2024, 4, 10)]
    assert newest["returned_after_days"].tolist() == [0, 0]
    assert newest["value"].tolist() == [22.0, 24.0]  # 10 and 20 April
    assert panel.certain.everybody


def test_orders_of_a_single_day_are_refused_with_the_day_that_would_do(tmp_path):
    rows = every(1, 1, *range(1, 50))
    message = (
        "Training needs a history of 50 days .* Use an as_of from 2024-02-20 on, or a shorter"
    )
    refused(tmp_path, *rows, message=message)


def test_a_base_of_returns_only_is_refused(tmp_path):
    rows = [(customer, day, -amount) for customer, day, amount in every(10, 12, 1, 2)]
    refused(tmp_path, *rows, message="No order has a positive amount, so there is nobody")


def test_history_counts_from_the_first_order_not_from_an_earlier_return(tmp_path):
    rows = [(9, "2022-01-01", -5.0), *every(10, 6, 1, 2, 3)]
    for as_of, days in ((dt.date(2024, 2, 19), 49), (dt.date(2023, 1, 1), -365)):
        message = rf"lies {days} days after the first order \(2024-01-01\)"
        refused(tmp_path, *rows, as_of=as_of, message=message)


def test_a_base_in_which_nobody_comes_back_is_certain(tmp_path):
    rows = [(n, str(dt.date(2024, 1, 1) + dt.timedelta(days=n)), 10.0 + n) for n in range(150)]
    panel = panel_of(tmp_path, {"transactions": orders(*rows)}, None)
    assert panel.certain == Certainty(False, len(panel.rows))


@pytest.mark.parametrize("customers", [1, 40])
def test_a_base_in_which_everybody_comes_back_is_certain(tmp_path, customers):
    rows = every(20, 12, *range(1, customers + 1))
    panel = panel_of(tmp_path, {"transactions": orders(*rows)}, None)
    assert panel.certain == Certainty(True, 3 * customers)


def test_a_base_of_which_some_come_back_is_not_certain(panel):
    assert panel.certain is None


AFTER_FIRST, ON_FIRST = dt.date(2024, 6, 2), dt.date(2024, 6, 1)


@pytest.mark.parametrize(("as_of", "firsts_ahead"), [(ON_FIRST, 3), (AFTER_FIRST, 2)])
def test_windows_hold_as_many_billing_days_as_the_horizon(tmp_path, as_of, firsts_ahead):
    tables = {"transactions": billed(firsts(30))}
    panel = panel_of(tmp_path, tables, as_of, outlook={"horizon_days": 90})
    assert panel.grid.describe() == "the 1st of each month"
    assert panel.grid_days == firsts_ahead
    bought = tables["transactions"].rename(columns={"ordered_at": "day"})
    for cutoff in panel.cutoffs:
        until = cutoff + dt.timedelta(days=panel.plan.window_days)
        window = bought["day"].between(pd.Timestamp(cutoff), pd.Timestamp(until), "left")
        assert bought.loc[window, "day"].nunique() == firsts_ahead
        known = set(bought.loc[bought["day"] < pd.Timestamp(cutoff), "customer_id"])
        rows = panel.rows[panel.rows["as_of"] == cutoff].set_index("customer_id")
        came = bought[window & bought["customer_id"].isin(known)].groupby("customer_id")["amount"]
        assert rows.loc[rows["ordered"], "value"].to_dict() == pytest.approx(came.sum().to_dict())


def test_a_day_before_the_next_billing_day_is_not_beyond_the_data(tmp_path):
    tables = {"transactions": billed(firsts(29))}  # the last orders are of 2024-05-01
    panel = panel_of(tmp_path, tables, dt.date(2024, 5, 20), outlook={"horizon_days": 30})
    assert panel.as_of == dt.date(2024, 5, 20)


def test_a_horizon_without_a_billing_day_is_refused(tmp_path):
    tables = {"transactions": billed(firsts(30))}
    with pytest.raises(InputError, match=r"the 1st of each month.*certain.*of 30 or more"):
        panel_of(tmp_path, tables, AFTER_FIRST, outlook={"horizon_days": 28})


def others(rows, who):
    return rows[rows["customer_id"] != who].reset_index(drop=True)


@pytest.mark.parametrize("amount", [300_000.0, -300_000.0])
def test_an_absurd_order_changes_no_other_customers_rows(tmp_path, amount):
    lines = shop(customers=60)["transactions"].assign(order_id=None)
    lines = lines[lines["amount"] > 0].drop(columns="order_id")
    day = pd.Timestamp(DAY) - pd.Timedelta(days=45)
    absurd = lines.iloc[:1].assign(ordered_at=day, amount=amount)
    plain = panel_of(tmp_path, {"transactions": lines})
    odd = panel_of(tmp_path, {"transactions": pd.concat([lines, absurd])})
    who = absurd["customer_id"].iloc[0]
    assert odd.outlying.largest[0].customer_id == who
    assert plain.outlying is None
    for name in ("rows", "current"):
        mine, theirs = (others(getattr(one, name), who) for one in (plain, odd))
        shared = ("clv_", "season_")  # learnt of the whole base, and of its orders a day
        counted = [column for column in mine.columns if not column.startswith(shared)]
        pd.testing.assert_frame_equal(mine[counted], theirs[counted])
        assert theirs["clv_expected_value"].to_numpy() == pytest.approx(
            mine["clv_expected_value"].to_numpy(), rel=0.1
        )
    assert odd.rows["value"].max() < 1_000
