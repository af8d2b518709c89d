from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from stored_parts import read_back, stored
from tiercast.modeling import linear
from tiercast.modeling.linear import MOST_DEVIATIONS, SHRINKAGE, LinearModel
from tiercast.modeling.trees import TrainingRows

ROWS = 40_000
TRUE = np.array([0.8, -0.5, 0.0])  # a standard deviation of each squashed column adds so much
INTERCEPT = -0.7


def numbers(rows=ROWS, seed=0):
    """Three columns whose squashed values are normal, of any size and sign."""
    squashed = np.random.default_rng(seed).normal([1.0, 0.0, -4.0], [0.5, 2.0, 1.0], (rows, 3))
    return np.sign(squashed) * np.expm1(np.abs(squashed))


def target_of(family, eta, seed=1):
    rng = np.random.default_rng(seed)
    if family == "binary":
        return (rng.random(len(eta)) < expit(eta)).astype(float)
    return np.exp(eta) * rng.gamma(2.0, 0.5, len(eta))


def simulated(family, rows=ROWS, seed=0, offset=None):
    """Rows whose target follows the model, given standardised squashed columns."""
    matrix = numbers(rows, seed)
    squashed = np.sign(matrix) * np.log1p(np.abs(matrix))
    standard = (squashed - squashed.mean(axis=0)) / squashed.std(axis=0)
    known = np.zeros(rows) if offset is None else offset
    eta = standard @ TRUE + INTERCEPT + known
    return TrainingRows(matrix, target_of(family, eta, seed + 1), known)


FAMILIES = ["binary", "gamma"]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_coefficients_of_a_simulated_model_are_found(family):
    model = LinearModel.fit(family, simulated(family))
    assert model.coefficients == pytest.approx(TRUE, abs=0.04)
    assert model.intercept == pytest.approx(INTERCEPT, abs=0.04)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_known_beforehand_is_taken_at_its_word(family):
    offset = np.random.default_rng(9).uniform(-1.5, 1.5, ROWS)
    rows = simulated(family, offset=offset)
    model = LinearModel.fit(family, rows)
    assert model.coefficients == pytest.approx(TRUE, abs=0.04)
    assert model.intercept == pytest.approx(INTERCEPT, abs=0.04)
    told = model.raw(rows.matrix, offset) - model.raw(rows.matrix, np.zeros(ROWS))
    assert told == pytest.approx(offset)


@pytest.mark.parametrize("family", FAMILIES)
def test_at_the_end_the_shrunk_slopes_are_level(family):
    rows = simulated(family, rows=2000)
    model = LinearModel.fit(family, rows)
    eta = model.raw(rows.matrix, rows.offset)
    error = expit(eta) - rows.target if family == "binary" else 1 - rows.target * np.exp(-eta)
    squashed = np.sign(rows.matrix) * np.log1p(np.abs(rows.matrix))
    standard = (squashed - model.centre) / model.scale
    slopes = (
        standard.clip(-MOST_DEVIATIONS, MOST_DEVIATIONS).T @ error + SHRINKAGE * model.coefficients
    )
    assert slopes / 2000 == pytest.approx(np.zeros(3), abs=2e-4)
    assert error.mean() == pytest.approx(0.0, abs=2e-4)


def test_few_rows_move_coefficients_little():
    rows = simulated("binary")
    few = replace(rows, matrix=rows.matrix[:20], target=rows.target[:20], offset=np.zeros(20))
    assert np.abs(LinearModel.fit("binary", few).coefficients).max() < 0.4


def test_a_trend_is_carried_on_beyond_what_was_seen():
    rows = simulated("gamma")
    model = LinearModel.fit("gamma", rows)
    most = rows.matrix[:, [0]].max()
    further = np.tile(np.expm1(model.centre), (2, 1)) * np.sign(model.centre)
    further[:, 0] = [most, 2 * most + 1]  # log(1 + x) grows by log 2
    first, second = model.raw(further, np.zeros(2))
    assert second - first == pytest.approx(model.coefficients[0] * np.log(2) / model.scale[0])


def test_beyond_six_standard_deviations_a_number_says_no_more():
    model = LinearModel(np.zeros(1), np.ones(1), np.empty(0, dtype=int), np.array([2.0]), 0.5)
    far = np.expm1([[5.0], [6.0], [7.0], [600.0]])
    far[3] = -far[2]
    assert model.raw(far, np.zeros(4)) == pytest.approx([10.5, 12.5, 12.5, -11.5])


# Missing numbers


def with_gaps(share, seed=3):
    """Two thirds ordered where the first column is missing, a third where it is not."""
    rng = np.random.default_rng(seed)
    missing = rng.random(ROWS) < share
    matrix = rng.normal(size=(ROWS, 2))
    target = (rng.random(ROWS) < np.where(missing, 2 / 3, 1 / 3)).astype(float)
    matrix[missing, 0] = np.nan
    return TrainingRows(matrix, target, np.zeros(ROWS))


def test_where_many_are_missing_that_tells_something():
    rows = with_gaps(0.3)
    model = LinearModel.fit("binary", rows)
    assert model.gaps.tolist() == [0]
    # log odds of 2/3 less those of 1/3: log 2 + log 2
    assert model.coefficients[2] == pytest.approx(2 * np.log(2), abs=0.1)
    assert model.intercept == pytest.approx(-np.log(2), abs=0.05)


def test_where_hardly_any_are_missing_one_counts_as_the_mean():
    rows = with_gaps(0.0005)
    model = LinearModel.fit("binary", rows)
    assert model.gaps.tolist() == []
    assert np.isnan(rows.matrix[:, 0]).any()
    squashed_mean = np.sign(model.centre[0]) * np.expm1(abs(model.centre[0]))
    told = model.raw(np.array([[np.nan, 0.3], [squashed_mean, 0.3]]), np.zeros(2))
    assert told[0] == pytest.approx(told[1])


@pytest.mark.parametrize("column", [np.full(500, np.nan), np.full(500, 7.0)])
def test_a_column_of_one_value_or_none_says_nothing(column):
    rows = simulated("binary", rows=500)
    more = replace(rows, matrix=np.column_stack([rows.matrix, column]))
    found, without = LinearModel.fit("binary", more), LinearModel.fit("binary", rows)
    assert np.isfinite(found.coefficients).all()
    told = found.raw(more.matrix, rows.offset)
    assert told == pytest.approx(without.raw(rows.matrix, rows.offset), abs=1e-3)


# What each column adds


def test_contributions_and_intercept_sum_to_the_log_odds():
    rows = with_gaps(0.3)
    model = LinearModel.fit("binary", rows)
    added = model.contributions(rows.matrix)
    assert added.shape == rows.matrix.shape
    told = model.raw(rows.matrix, rows.offset)
    assert added.sum(axis=1) + model.intercept == pytest.approx(told)
    assert set(added[np.isnan(rows.matrix[:, 0]), 0]) == {model.coefficients[2]}


# The same again


FITTED = LinearModel.fit("binary", with_gaps(0.3))
WIDE = LinearModel(
    np.linspace(-1, 1, 90),
    np.full(90, 0.7),
    np.arange(0, 90, 3),
    np.sin(np.arange(120.0)),
    0.1,
)


@given(arrays(float, (7, 2), elements=st.one_of(st.floats(-1e9, 1e9), st.just(np.nan))))
def test_a_row_needs_no_others(matrix):
    offset = np.linspace(-1, 1, 7)
    together = FITTED.raw(matrix, offset)
    alone = [FITTED.raw(matrix[[row]], offset[[row]])[0] for row in range(7)]
    assert together.tolist() == alone
    assert np.isfinite(together).all()


def test_a_row_of_many_columns_needs_no_others():
    matrix = np.random.default_rng(0).normal(size=(300, 90)) * 50
    matrix[matrix > 60] = np.nan
    together = WIDE.raw(matrix, np.zeros(300))
    alone = [WIDE.raw(matrix[[row]], np.zeros(1))[0] for row in range(300)]
    assert together.tolist() == alone
    terms = WIDE.contributions(matrix)
    assert terms[[5]].tolist() == WIDE.contributions(matrix[[5]]).tolist()


def test_the_same_rows_give_the_same_model_and_it_is_stored_as_plain_data():
    rows = with_gaps(0.3)
    model, again = (LinearModel.fit("binary", rows) for _ in range(2))
    assert stored(model) == stored(again)
    back = read_back(model)
    assert back.raw(rows.matrix, rows.offset).tolist() == (
        model.raw(rows.matrix, rows.offset).tolist()
    )
    assert back.contributions(rows.matrix).tolist() == model.contributions(rows.matrix).tolist()


def test_more_rows_than_needed_are_thinned_evenly(monkeypatch):
    rows = simulated("binary", rows=3000)
    monkeypatch.setattr(linear, "MAX_ROWS", 1000)
    thinned = LinearModel.fit("binary", rows)
    monkeypatch.undo()
    assert stored(thinned) == stored(LinearModel.fit("binary", rows.every(3)))
