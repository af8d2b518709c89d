import numpy as np
import pandas as pd
import pytest

from bases import opened, orders
from tiercast.btyd.gamma_gamma import GammaGamma
from tiercast.config.errors import ConfigError
from tiercast.config.rfm import RfmConfig
from tiercast.features.clv import ClvModels
from tiercast.features.feature import Setting
from tiercast.features.left_out import NEEDED, left_out
from tiercast.features.registry import CATALOGUE
from tiercast.segments.lifecycle import lifecycle_stages, typical_gap_days
from tiercast.segments.rfm import rfm_edges
from tiercast.snapshots.activity import build_activity

TABLES = {
    "transactions": orders((1, "2024-01-05", 10.0)),
    "customers": pd.DataFrame({"customer_id": [1], "age": [40], "revenue": ["low"]}),
}


@pytest.fixture
def named(tmp_path):
    """Return a function that answers the columns that names leave out."""

    def of(*names):
        with opened(tmp_path, TABLES) as base:
            activity = build_activity(base.connection, base.tables, base.config)
            return left_out(activity, Setting(30), names)

    return of


def test_features_and_profile_columns_are_left_out_by_name(named):
    names = ("age", "profile_revenue", "return_share", "contacts")
    assert named(*names) == names


def test_an_unknown_name_is_answered_with_the_nearest(named):
    with pytest.raises(ConfigError, match=r"no feature or profile column `retun_share`; did you"):
        named("retun_share")
    with pytest.raises(ConfigError, match=r"profile columns: age, profile_revenue; features: "):
        named("zzz")


def test_what_rfm_is_made_of_cannot_be_left_out(named):
    with pytest.raises(ConfigError, match="cannot leave out `revenue`, because RFM are made of"):
        named("revenue")


def test_nothing_else_is_needed_by_rfm_lifecycle_stages_and_btyd_models():
    names = [feature.name for feature in CATALOGUE]
    kept = [name for needed in NEEDED.values() for name in needed]
    assert set(kept) <= set(names)
    frame = pd.DataFrame({name: np.arange(1.0, 21.0) for name in kept})
    frame["kept_share"] = 1.0
    rfm_edges(frame, RfmConfig())
    lifecycle_stages(frame, population_gap_days=typical_gap_days(frame), active_days=90)
    assert isinstance(ClvModels.fit(frame).gamma_gamma, GammaGamma | None)
