from tiercast.backtesting.backtest import predictions
from tiercast.backtesting.record import backtest_figures

LABELS = {"recency": "recency rule", "lightgbm": "LightGBM", "tiercast": "tiercast"}


def test_contenders_that_ran_are_drawn_together_and_by_decile(one, config):
    figures = backtest_figures(predictions([one], config.tiers.names), LABELS)
    assert list(figures) == [
        "Calibration of the churn risk",
        "Gain: share of value found",
        "Value by decile: recency rule",
        "Value by decile: tiercast",
    ]
    lines = [line.name for line in figures["Gain: share of value found"].data]
    assert lines == ["recency rule", "tiercast", "perfect", "chance"]
