"""The assumptions of a campaign."""

import pytest
from pydantic import ValidationError

from tiercast.config.budget import BudgetConfig
from tiercast.config.schema import Config

BASE = {"name": "shop", "sources": {"transactions": {"path": "orders.csv"}}}


def test_floors_above_the_whole_are_refused():
    with pytest.raises(ValidationError, match="`floors` must sum to 1 at most, but got"):
        BudgetConfig(save_rate=0.1, cost=1, floors={"top": 0.6, "dormant": 0.6})


def test_a_floor_above_its_cap_is_refused():
    with pytest.raises(ValidationError, match="must not lie above the cap of its tier"):
        BudgetConfig(save_rate=0.1, cost=1, floors={"top": 0.6}, caps={"top": 0.5})


def test_an_unknown_tier_is_answered_with_the_nearest():
    with pytest.raises(ValidationError, match="names a tier `dormandt`; did you mean `dormant`"):
        Config(**BASE, budget={"save_rate": 0.1, "cost": 1, "floors": {"dormandt": 0.1}})


def test_no_score_depends_on_a_budget():
    assert "budget" not in Config(**BASE, budget={"save_rate": 0.1, "cost": 1}).model_dump()
