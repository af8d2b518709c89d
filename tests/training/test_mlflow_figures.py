import numpy as np
import pandas as pd
import pytest

from tiercast.training.mlflow_figures import (
    calibration_figure,
    decile_figure,
    gain_figure,
    importance_figure,
    training_figures,
)


@pytest.fixture
def predictions():
    """Return 100 customers: the n-th of a decile d orders if n < d, for 10 times d."""
    decile, number = np.divmod(np.arange(100), 10)
    ordered = number < decile
    return pd.DataFrame(
        {
            "churn_probability": 1 - decile / 10,
            "ordered": ordered,
            "value": np.where(ordered, 10.0 * decile, 0.0),
            "expected_value": decile.astype(float) ** 2,
        }
    )


@pytest.fixture
def importance():
    names = [f"f{number}" for number in range(30)]
    return pd.DataFrame({"feature": names, "share": np.linspace(0.1, 0.0, 30)})


def test_calibration_puts_what_came_against_what_was_told(predictions):
    shown, exact = calibration_figure(predictions).data
    np.testing.assert_allclose(shown.x, np.arange(1, 11) / 10)
    np.testing.assert_allclose(shown.y, shown.x)
    assert list(exact.x) == list(exact.y) == [0, 1]


def test_gain_runs_from_nothing_to_all_and_the_perfect_order_is_above(predictions):
    model, perfect, chance = gain_figure(predictions).data
    for line in (model, perfect):
        assert line.y[0] == 0
        assert line.y[-1] == pytest.approx(1)
        assert (np.diff(line.y) >= 0).all()
    assert (np.array(perfect.y) >= np.array(model.y) - 1e-12).all()
    # The best decile holds 9 * 90 of the sum of d * 10 d over the deciles, 2,850.
    assert model.y[10] == pytest.approx(810 / 2850)
    assert list(chance.y) == [0, 1]


def test_deciles_show_told_and_come(predictions):
    told, came = decile_figure(predictions).data
    assert list(told.x) == list(range(1, 11))
    np.testing.assert_allclose(told.y, np.arange(10) ** 2)
    np.testing.assert_allclose(came.y, np.arange(10) ** 2)


def test_importance_shows_the_twenty_strongest_the_first_on_top(importance):
    (bars,) = importance_figure(importance).data
    assert len(bars.y) == 20
    assert bars.y[-1] == "f0"


def test_without_past_forecasts_only_importance_is_drawn(predictions, importance):
    assert list(training_figures(pd.DataFrame(), importance)) == ["Feature importance"]
    assert len(training_figures(predictions, importance)) == 4


def test_a_base_in_which_nothing_came_is_drawn(predictions, importance):
    nothing = predictions.assign(value=0.0, ordered=False)
    assert len(training_figures(nothing, importance)) == 4
