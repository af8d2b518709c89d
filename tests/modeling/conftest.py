"""A made-up shop, a panel whose truth is known, and every tenth customer of CDNOW."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from bases import opened
from tiercast.config.progress import Silent
from tiercast.modeling.customer_model import CustomerModel
from tiercast.snapshots.activity import build_activity
from tiercast.sources.samples import sample_path
from tiercast.training.fitting import fit_model
from tiercast.training.panel import Panel, build_panel
from tiny_model import tiny_model

CUTOFFS = tuple(dt.date(2024, 1, 1) + dt.timedelta(days=30 * number) for number in range(5))
PANEL_HORIZON_DAYS = 60


@dataclass(frozen=True)
class FittedModel:
    """A panel and the model learnt from it."""

    panel: Panel
    model: CustomerModel


@pytest.fixture(scope="session")
def tiny() -> CustomerModel:
    """Return the model of the made-up shop; nothing may change it."""
    return tiny_model()


@pytest.fixture(scope="session")
def simulated_panel() -> pd.DataFrame:
    """Return 300 customers at five cutoffs whose orders follow from what is known of them."""
    return pd.concat([_at(cutoff, seed) for seed, cutoff in enumerate(CUTOFFS)], ignore_index=True)


@pytest.fixture(scope="session")
def cdnow(samples, tmp_path_factory) -> FittedModel:
    """Return what is learnt from every tenth customer of CDNOW as of 1998-04-01, untuned."""
    lines = pd.read_parquet(sample_path("sample://cdnow/transactions.parquet"))
    tenth = lines[lines["customer_id"] % 10 == 0].rename(
        columns={"date": "ordered_at", "dollar_value": "amount", "cds": "quantity"}
    )
    folder = tmp_path_factory.mktemp("cdnow_tenth")
    train = {"trials": 0, "snapshots": 4}
    with opened(folder, {"transactions": tenth}, train=train) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = build_panel(base, activity, dt.date(1998, 4, 1))
        config = base.config
    return FittedModel(panel, fit_model(panel, config, None, Silent()).model)


def _at(cutoff, seed, customers=300):
    rng = np.random.default_rng(seed)
    recency = rng.uniform(0, 300, customers).round()
    spend = rng.lognormal(3.0, 0.6, customers).round(2)
    chance = expit(1.5 - recency / 60)
    ordered = rng.random(customers) < chance
    return pd.DataFrame(
        {
            "customer_id": np.arange(customers),
            "as_of": cutoff,
            "recency_days": recency,
            "average_order_value": spend,
            "luck": rng.random(customers),
            "region": rng.choice(["north", "south"], customers),
            "clv_order_probability_mbg": np.clip(chance * 0.9, 0.01, 0.99),
            "clv_expected_value": chance * spend,
            "ordered": ordered,
            "value": np.where(ordered, spend * rng.gamma(4, 0.25, customers), 0.0).round(2),
        }
    )
