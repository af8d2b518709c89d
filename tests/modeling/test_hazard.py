"""A hazard model: one survival curve, learned from what was known, and calm without ends."""

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.hazard import HazardModel

MONTHS = [dt.date(2024, 1, 1) + dt.timedelta(days=30 * n) for n in range(8)]
UNTIL = MONTHS[-1] + dt.timedelta(days=44)


def seen(customers=400, hazard=(0.05, 0.25), seed=3):
    """Return customers each month: half of them leave five times as often as the others."""
    rng = np.random.default_rng(seed)
    rows = []
    for month in MONTHS:
        risky = rng.integers(0, 2, customers)
        periods = rng.geometric(np.array(hazard)[risky])
        rows.append(
            pd.DataFrame(
                {
                    "customer_id": np.arange(customers),
                    "as_of": month,
                    "contract_age_days": rng.uniform(1, 900, customers),
                    "contract_renewal_months": 0.5,
                    "contract_term_months": 1.0,
                    "contract_due": 30.0,
                    "contract_price": 10.0 + 10.0 * risky,
                    "left_after_days": 30.0 * periods - 10.0,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def fitted(rows, until=UNTIL, longest=90):
    return HazardModel.fit(rows, until, 90, longest_days=longest, grace_days=14, seed=1)


@pytest.fixture(scope="module")
def model():
    return fitted(seen())


def kaplan_meier(rows):
    """Return the product-limit estimate after three periods: known from the literature."""
    after, kept = rows["left_after_days"], 1.0
    for start in (0, 30, 60):
        at_risk = after >= start
        kept *= 1 - (at_risk & (after < start + 30)).sum() / at_risk.sum()
    return kept


@pytest.mark.parametrize("price", [10.0, 20.0])
def test_each_group_is_kept_as_kaplan_and_meier_estimate(model, price):
    group = seen()[lambda rows: rows["contract_price"] == price]
    kept = model.survival(group)[:, -1].mean()
    assert kept == pytest.approx(kaplan_meier(group), abs=0.03)


def test_a_curve_starts_at_one_and_never_rises(model):
    curve = model.survival(seen().head(50))
    assert (curve[:, 0] == 1).all()
    assert (np.diff(curve, axis=1) <= 0).all()


def test_all_horizons_lie_on_one_curve(model):
    frame = seen().head(50)
    kept = [model.predict(frame, days)["contract_kept_chance"] for days in (30, 45, 60, 90)]
    assert all((later <= earlier).all() for earlier, later in itertools.pairwise(kept))
    assert kept[0].tolist() == pytest.approx(model.survival(frame)[:, 1].tolist())


def test_what_comes_after_the_day_changes_nothing():
    rows = seen()
    day = MONTHS[4]
    later = rows.assign(
        left_after_days=rows["left_after_days"].where(
            pd.to_datetime(rows["as_of"]) + pd.to_timedelta(rows["left_after_days"], unit="D")
            < pd.Timestamp(day) - pd.Timedelta(days=14)
        )
    )
    assert fitted(rows, day).to_dict() == fitted(later, day).to_dict()


def test_with_few_ends_everyone_has_the_base_rate():
    rows = seen(customers=40, hazard=(0.01, 0.01))
    kept = fitted(rows).predict(rows, 90)["contract_kept_chance"]
    assert kept.nunique() == 1


def test_a_stored_model_predicts_the_same(model):
    frame = seen().head(50)
    again = HazardModel.from_dict(model.to_dict())
    pd.testing.assert_frame_equal(again.predict(frame, 90), model.predict(frame, 90))
