import numpy as np
import pandas as pd
import pytest

from tiercast.backtesting.cox import GroupedCox, _loss


def made(rows=4000, seed=2):
    """Return contracts with hazards that double with a column's step, and who left."""
    rng = np.random.default_rng(seed)
    renewals = rng.integers(0, 2, rows).astype(float)
    frame = pd.DataFrame({"contract_age_days": rng.uniform(0, 900, rows)})
    frame["contract_renewals"] = renewals
    hazard = np.where(frame["contract_age_days"] < 300, 0.4, 0.1) * 2.0**renewals
    return frame, rng.random(rows) < 1 - np.exp(-hazard), hazard


def test_hazards_by_age_and_their_ratio_are_found():
    frame, left, hazard = made()
    found = -np.log1p(-GroupedCox.fit(frame, left).chance(frame))
    assert np.corrcoef(found, hazard)[0, 1] > 0.97
    more = frame["contract_renewals"] == 1
    ratio = found[more].mean() / found[~more].mean()
    assert ratio == pytest.approx(2.0, rel=0.15)


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(1)
    matrix, left = rng.normal(size=(30, 3)), rng.random(30) < 0.5
    at = np.array([-0.5, 0.2, 0.1])
    _, gradient = _loss(at, matrix, left, 1)
    for place in range(3):
        step = np.eye(3)[place] * 1e-6
        slope = (
            _loss(at + step, matrix, left, 1)[0] - _loss(at - step, matrix, left, 1)[0]
        ) / 2e-6
        assert gradient[place] == pytest.approx(slope, rel=1e-5)


def test_missing_columns_and_values_are_no_trouble():
    frame, left, _ = made(200)
    frame.loc[:50, "contract_renewals"] = np.nan
    chance = GroupedCox.fit(frame, left).chance(frame)
    assert ((chance > 0) & (chance < 1)).all()
