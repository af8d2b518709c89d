"""A label table's backtest: nested folds, tiercast beside plain models and the base rate."""

import pytest

from bases import write_base
from labelled import SETTINGS, label_table
from tiercast.backtesting.backtest import backtest
from tiercast.backtesting.label_backtest_text import label_summary
from trained_base import working_in


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    with working_in(folder):
        config = write_base(folder / "data", {"customers": label_table()}, **SETTINGS)
        return backtest(config, folds=2)


def test_every_model_forecasts_the_same_folds(found):
    assert set(found.leaderboard["contender"]) == {
        *("tiercast", "logistic", "lightgbm", "base_rate")
    }
    assert found.by_fold.groupby("contender")["fold"].nunique().eq(2).all()


def test_the_law_is_found_beyond_the_base_rate(found):
    auc = found.leaderboard.set_index("contender")["auc"]
    assert auc["tiercast"] > 0.75
    assert auc["base_rate"] == 0.5


def test_it_says_that_folds_are_no_later_day(found):
    assert any("not a later day" in str(line) for line in label_summary(found))
