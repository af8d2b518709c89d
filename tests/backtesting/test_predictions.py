import numpy as np

from tiercast.backtesting.backtest import predictions


def test_every_forecast_stands_beside_what_came(two, config):
    found = predictions(two, config.tiers.names)
    assert len(found) == 50
    row = found[found["contender"] == "bg_nbd"].iloc[0]
    assert row[["customer_id", "expected_value", "value"]].tolist() == [0, 60.0, 50.0]
    assert row[["tier", "true_tier", "ordered"]].tolist() == ["rest", "top", True]
    assert np.isnan(row["tier_confidence"])


def test_tiercast_tells_more(one, config):
    found = predictions([one], config.tiers.names)
    ours = found[found["contender"] == "tiercast"].iloc[0]
    assert ours["tier_set"] == ["top", "rest"]
    assert ours["value_high"] == 45.0
