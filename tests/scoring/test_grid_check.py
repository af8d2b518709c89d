import datetime as dt
from dataclasses import replace

import pytest

from bases import opened
from billed import billed, firsts
from tiercast.config.errors import InputError
from tiercast.modeling.further_outlook import FurtherOutlook
from tiercast.scoring.grid_check import grid_ahead, grid_notes, without_other_days
from tiercast.snapshots.activity import build_activity
from tiercast.snapshots.grid import OrderGrid
from tiny_model import tiny_model

MONTHLY = OrderGrid(dt.date(2024, 1, 1), every_months=1, month_days=(1,))
MODEL = tiny_model()  # as of 2024-07-01, 90 days
BILLED = billed(firsts(33))


def model_of(**facts):
    return replace(MODEL, facts=MODEL.facts.model_copy(update=facts))


@pytest.fixture
def asked(tmp_path):
    """Say what is noted of a scoring on a day."""

    def ask(model, as_of, lines=BILLED):
        with opened(tmp_path, {"transactions": lines}) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            ahead = grid_ahead(model, activity, as_of)
            return ahead, grid_notes(model, ahead, as_of)

    return ask


def test_the_days_of_the_horizon_are_named(asked):
    ahead, notes = asked(model_of(grid=MONTHLY, grid_days=3), dt.date(2024, 7, 1))
    assert ahead.to_dict() == {
        "rule": "the 1st of each month",
        "horizon_days": 90,
        "days": ["2024-07-01", "2024-08-01", "2024-09-01"],
    }
    (note,) = notes
    assert "hold 3 of these days (2024-07-01, 2024-08-01, 2024-09-01)" in note


def test_another_number_of_days_is_refused(asked):
    with pytest.raises(
        InputError, match=r"holds 2 of these days, but the model was trained for 3"
    ):
        asked(model_of(grid=MONTHLY, grid_days=3), dt.date(2024, 7, 2))


def test_a_horizon_without_such_a_day_is_refused(asked):
    model = model_of(grid=MONTHLY, grid_days=1, horizon_days=20)
    with pytest.raises(
        InputError, match=r"certain that nobody orders.*`outlook.horizon_days` of 30"
    ):
        asked(model, dt.date(2024, 7, 3))


def test_a_day_further_from_the_last_one_says_by_how_much(asked):
    model = model_of(grid=MONTHLY, grid_days=3, trained_as_of="2024-07-20")
    _, (_, moved) = asked(model, dt.date(2024, 7, 25))
    assert "everybody looks 5 days more overdue" in moved


def test_a_model_that_knew_of_no_grid_is_told_apart(asked):
    _, (note,) = asked(MODEL, dt.date(2024, 7, 1))
    assert note.endswith("The model was trained before that was so or known: train again.")


def test_orders_on_any_day_say_nothing_unless_the_model_knew_a_grid(asked):
    daily = billed([dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(200)])
    assert asked(MODEL, dt.date(2024, 7, 1), daily) == (None, ())
    ahead, (note,) = asked(model_of(grid=MONTHLY, grid_days=3), dt.date(2024, 7, 1), daily)
    assert ahead is None
    assert "which is no longer so" in note


def test_a_further_horizon_of_another_number_of_days_is_left_out_alone(asked):
    ahead, _ = asked(model_of(grid=MONTHLY, grid_days=3), dt.date(2024, 7, 1))
    further = tuple(
        FurtherOutlook(days, days, trained_for, "", "", MODEL.outlook)
        for days, trained_for in ((30, 1), (180, 7))
    )
    model, (note,) = without_other_days(replace(MODEL, further=further), ahead)
    assert model.further_days == (30,)
    assert "the 180 days from 2024-07-01 on hold 6 of these days" in note
