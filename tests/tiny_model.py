"""A real model of a made-up shop, trained in a second: for tests of what is done with models."""

import datetime as dt

import numpy as np
import pandas as pd

from tiercast.config.schema import Config
from tiercast.features.clv import ClvModels
from tiercast.modeling.component_models import ComponentModels, ComponentParams
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.model_facts import ModelFacts
from tiercast.modeling.next_order import WaitingTimes
from tiercast.modeling.outlook import fit_outlook
from tiercast.modeling.post_hoc import SeasonAhead
from tiercast.modeling.trees import TreeParams
from tiercast.segments.clusters import CustomerSegments
from tiercast.segments.rfm import RfmEdges

AS_OF = dt.date(2024, 7, 1)
HORIZON_DAYS = 90
TREES = TreeParams(num_leaves=4, min_data_in_leaf=20, rounds=5)


def tiny_config(name="tiny"):
    """A customer base of that name; its source is never read here."""
    return Config(name=name, sources={"transactions": {"path": "orders.parquet"}})


def tiny_features(customers=400, seed=0):
    """A feature frame: frequent customers have ordered lately, a third bought once."""
    rng = np.random.default_rng(seed)
    repeats = rng.poisson(2.0, customers) * rng.binomial(1, 0.7, customers)
    age = rng.uniform(100, 400, customers).round()
    span = np.where(repeats > 0, (age * rng.uniform(0.3, 1.0, customers)).round(), 0.0)
    spend = rng.lognormal(3.5, 0.5, customers).round(2)
    gap = np.divide(span, repeats, out=np.full(customers, np.nan), where=repeats > 0)
    region = pd.Series(rng.choice(["north", "south", "west"], customers), dtype="str")
    return pd.DataFrame(
        {
            "customer_id": np.arange(1, customers + 1),
            "as_of": AS_OF,
            "recency_days": age - span,
            "tenure_days": age,
            "orders": repeats + 1.0,
            "revenue": spend * (repeats + 1),
            "average_order_value": spend,
            "kept_share": 1.0,
            "active_days": repeats + 1.0,
            "gap_mean_days": gap,
            "gap_std_days": np.where(repeats > 1, 0.3 * gap, np.nan),
            "gap_last_days": gap,
            "btyd_frequency": repeats.astype(float),
            "btyd_recency_days": span,
            "btyd_age_days": age,
            "btyd_monetary_value": np.where(repeats > 0, spend, 0.0),
            "region": region.where(rng.random(customers) > 0.1),
        }
    )


def tiny_model(seed=0):
    """A model trained on `tiny_features`, whose lately active customers order again."""
    rng = np.random.default_rng(seed)
    frame = tiny_features(seed=seed)
    clv = ClvModels.fit(frame)
    panel = pd.concat([frame, clv.predict(frame, HORIZON_DAYS)], axis=1)
    panel["ordered"] = rng.random(len(panel)) < np.exp(-panel["recency_days"] / 200)
    panel["value"] = np.where(panel["ordered"], panel["average_order_value"], 0.0)
    outlook = fit_outlook(
        ComponentModels.fit(panel, ComponentParams(TREES, TREES), seed),
        panel,
        [],
        tier_cuts=(40.0, 20.0),
        season=SeasonAhead(),
        seed=seed,
    )
    return CustomerModel(
        _facts(frame),
        clv,
        outlook,
        CustomerSegments(least=2, most=2, resamples=2).fit(frame),
        RfmEdges((50.0, 150.0), (2.0, 4.0), (50.0, 150.0)),
        WaitingTimes.unfitted(),
    )


def _facts(frame):
    features = [name for name in frame if name not in ("customer_id", "as_of", "region")]
    return ModelFacts(
        name="tiny",
        trained_as_of=AS_OF.isoformat(),
        horizon_days=HORIZON_DAYS,
        value="revenue",
        tier_names=("top", "potential", "general", "dormant"),
        assign="matched",
        event_types=(),
        feature_names=tuple(features),
        profile_columns=("region",),
        active_days=365,
        population_gap_days=30.0,
        partner_base=0.0,
        language="en",
        rfm_weights={"recency": 1.0, "frequency": 1.0, "monetary": 1.0},
    )
