"""A tiny base's origins, worked out by hand in `tiny_origin`."""

import datetime as dt
from dataclasses import replace

import pytest

from tiercast.modeling import bootstrap
from tiny_origin import origin_forecasts, tiny_base


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """Draw less often where the interval's width does not matter."""
    monkeypatch.setattr(bootstrap, "RESAMPLES", 10)


@pytest.fixture
def config():
    return tiny_base()


@pytest.fixture
def one():
    """Return one origin at which three contenders ran."""
    return origin_forecasts()


@pytest.fixture
def two(one):
    """Return two origins, at the first of which BG/NBD was not run."""
    earlier = {name: made for name, made in one.by_contender.items() if name != "bg_nbd"}
    return [replace(one, origin=dt.date(2024, 1, 31), by_contender=earlier), one]
