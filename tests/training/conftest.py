"""A shop with a strong yearly season, and what is learnt of it, made once."""

from dataclasses import dataclass

import pandas as pd
import pytest

from bases import opened
from seasonal import AS_OF, HORIZON_DAYS, burst_shop, wave_shop
from tiercast.config.progress import Silent
from tiercast.snapshots.activity import build_activity
from tiercast.training.fitting import FittedModel, fit_model
from tiercast.training.panel import Panel, build_panel

SETTINGS = {
    "outlook": {"horizon_days": HORIZON_DAYS},
    "train": {"trials": 0, "snapshots": 6, "every_days": 30},
}


@dataclass(frozen=True)
class Seasonal:
    """Order lines, the panel of them as of `AS_OF`, and what is learnt from it."""

    lines: pd.DataFrame
    panel: Panel
    fitted: FittedModel

    @property
    def told(self) -> float:
        """The value expected of all customers within the horizon."""
        return float(self.fitted.model.predict(self.panel.current)["expected_value"].sum())


def learnt_of(folder, lines) -> Seasonal:
    """Return what is learnt from order lines as of `AS_OF`."""
    with opened(folder, {"transactions": lines}, **SETTINGS) as base:
        activity = build_activity(base.connection, base.tables, base.config)
        panel = build_panel(base, activity, AS_OF)
        return Seasonal(lines, panel, fit_model(panel, base.config, None, Silent()))


@pytest.fixture(scope="session")
def wave(tmp_path_factory) -> Seasonal:
    """Return the shop whose season is known, its lines going on beyond the day."""
    return learnt_of(tmp_path_factory.mktemp("wave"), wave_shop())


@pytest.fixture(scope="session")
def wave_until_today(tmp_path_factory) -> Seasonal:
    """Return the same shop, its lines ending the day before."""
    lines = wave_shop()
    known = lines[lines["ordered_at"] < pd.Timestamp(AS_OF)]
    return learnt_of(tmp_path_factory.mktemp("until_today"), known)


@pytest.fixture(scope="session")
def wave_unclocked(tmp_path_factory) -> Seasonal:
    """Return the same shop, told that a year ago can never be gone by."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tiercast.snapshots.season.COMPARABLE", -1.0)
        return learnt_of(tmp_path_factory.mktemp("unclocked"), wave_shop())


@pytest.fixture(scope="session")
def burst(tmp_path_factory) -> Seasonal:
    """Return the shop that opened with a burst of customers."""
    return learnt_of(tmp_path_factory.mktemp("burst"), burst_shop())
