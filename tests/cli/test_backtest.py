import datetime as dt

import pytest

from tiercast.backtesting.backtest import judged
from tiercast.modeling import bootstrap
from tiny_origin import ORIGIN, origin_forecasts, tiny_base

pytestmark = pytest.mark.usefixtures("shop")  # commands read the config first


@pytest.fixture
def calls(monkeypatch):
    """What `backtest` was called with."""
    monkeypatch.setattr(bootstrap, "RESAMPLES", 10)
    answer = judged(tiny_base(), dt.date(2024, 3, 31), [origin_forecasts()])
    found = []

    def fake(config, as_of=None, *, progress=None, **settings):
        found.append((config.name, as_of, settings))
        progress.stage("judge")
        return answer

    monkeypatch.setattr("tiercast.backtesting.backtest.backtest", fake)
    return found


def test_backtest_passes_on_its_options(run, calls):
    run("backtest", "shop.yaml", "--as-of", "2024-07-01", "--folds", "3", "--trials", "5")
    run("backtest", "shop.yaml", "--last", "2")
    assert calls == [
        ("shop", dt.date(2024, 7, 1), {"folds": 3, "last": None, "trials": 5}),
        ("shop", None, {"folds": None, "last": 2, "trials": 0}),
    ]


def test_backtest_shows_leaderboard_verdicts_totals_coverage_and_grade(run, calls):
    shown = run("backtest", "shop.yaml")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0] == "Backtest of tiny as of 2024-03-31"
    assert lines[2].split()[:3] == ["recency", "rule", "0.600"]
    for title in (
        "tiercast against the best other model",
        "Totals by origin",
        "Coverage and calibration of tiercast",
    ):
        assert title in lines
    assert f"Origins: {ORIGIN}" in shown.stdout
    assert lines[-4].startswith("Grade ")
    assert lines[-3].startswith("Rule: ")
    assert lines[-1] == "Tables: runs/tiny/backtest/as_of=2024-03-31/"


def test_backtest_speaks_chinese(run, calls, english):
    assert english(run("backtest", "shop.yaml", "--language", "zh").stdout) == set()


def test_a_history_that_is_too_short_ends_with_2_and_the_day_that_would_do(run, shop):
    shown = run("backtest", shop)
    assert shown.exit_code == 2
    assert "needs a history of 240 days" in shown.stderr
    assert "from 2024-09-01 on" in shown.stderr
