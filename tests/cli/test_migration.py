import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tiercast.modeling.target import Target
from tiercast.transitions.migration import MigrationResult

pytestmark = pytest.mark.usefixtures("shop")  # commands read the config first

FIRST, LAST = dt.date(2024, 3, 1), dt.date(2024, 6, 1)
ARROWS = (("top", "top", 3, 30.0, 33.0, 9.0), ("top", "none", 1, 1000.0, 0.5, 0.0))
RESULT = MigrationResult(
    folder=Path("runs/shop/migration/from=2024-03-01_to=2024-06-01"),
    before=FIRST,
    now=LAST,
    tier_names=("top", "none"),
    tiers=pd.DataFrame(
        list(ARROWS),
        columns=[
            "before",
            "now",
            "customers",
            "expected_value_before",
            "expected_value_now",
            "revenue_between",
        ],
    ),
    segments=pd.DataFrame(),
    causes=pd.DataFrame(
        [("behaviour", 0, 1, -1)],
        columns=["cause", "customers_up", "customers_down", "steps_up"],
    ),
    figures={
        "net_upward_rate": -0.25,
        "tiers": [
            {"tier": "top", "value_growth": -0.968, "retention": 0.75},
            {"tier": "none", "value_growth": None, "retention": None},
        ],
    },
    notes=(),
    target=Target(60, "revenue"),
)


@pytest.fixture
def comparing(monkeypatch):
    """What `migration` was called with."""
    calls = []

    def fake(config, before=None, now=None, *, progress):
        calls.append((config.name, before, now))
        return RESULT

    monkeypatch.setattr("tiercast.transitions.migration.migration", fake)
    return calls


def test_migration_passes_on_the_days(run, comparing):
    run("migration", "shop.yaml", "--from", "2024-03-01", "--to", "2024-06-01")
    run("migration", "shop.yaml")
    assert comparing == [("shop", FIRST, LAST), ("shop", None, None)]


def test_migration_shows_the_matrix_money_rates_and_causes(run, comparing):
    done = run("migration", "shop.yaml")
    assert done.exit_code == 0
    shown = [" ".join(line.split()) for line in done.stdout.splitlines()]
    for line in (
        "Top 3 1 0",
        "Top to None 1 1,000 0.50 0",
        "Top -96.8% 75.0%",
        "behaviour 0 1 -1",
        "Net upward rate: -25.0% of the customers scored on both days.",
        "Tables: runs/shop/migration/from=2024-03-01_to=2024-06-01/",
    ):
        assert line in shown


def test_the_title_of_money_names_the_days_that_it_is_of(run, monkeypatch):
    """From 1 March to 1 June there are 92 days."""
    margin = replace(RESULT, target=Target(60, "margin"))
    monkeypatch.setattr("tiercast.transitions.migration.migration", lambda *_, **__: margin)
    shown = run("migration", "shop.yaml").stdout
    assert "Money by move: predicted for 60 days, actual in the 92 between" in shown
    assert "Predicted margin counts customers who lose money as 0" in shown
    chinese = run("migration", "shop.yaml", "--language", "zh").stdout
    assert "预测为 60 天，实际为两日之间的 92 天" in chinese
    assert "预测毛利时，亏损的客户按 0 计" in chinese


def test_sums_of_revenue_need_no_word_on_losses(run, comparing):
    assert "lose money" not in run("migration", "shop.yaml").stdout


def test_a_date_that_is_none_is_refused_with_code_2(run, comparing):
    assert run("migration", "shop.yaml", "--from", "yesterday").exit_code == 2
