import datetime as dt

import pandas as pd
import pytest

from tiercast.artifacts.reference import Tracked
from tiercast.cli.errors import MEANINGS
from tiercast.modeling.column_profile import WordProfile
from tiercast.modeling.target import Target
from tiercast.monitoring.drift import ColumnDrift
from tiercast.monitoring.grades import SCHEMA
from tiercast.monitoring.ledger import Ledger, Waiting
from tiercast.monitoring.monitor_rules import Finding
from tiercast.monitoring.order_flow import OrderFlow
from tiercast.monitoring.population import Population
from tiercast.monitoring.result import Monitoring
from tiercast.snapshots.silence import Silence

pytestmark = pytest.mark.usefixtures("shop")  # commands read the config first

DAY = dt.date(2024, 4, 1)
TARGET = Target(28, "revenue")
STAGES = WordProfile.of(pd.Series(["active", "active", "lost", "lost"]))
FIGURES = {
    "churn": (0.55, 0.625),
    "total": (400.0, 200.0),
    "total_low": (150.0, float("nan")),
    "total_high": (500.0, float("nan")),
    "total_inside": (0.9, 1.0),
    "interval": (0.9, 0.75),
    "tier_confidence": (0.7, 0.5),
}
GRADES = pd.DataFrame(
    [
        (DAY, DAY, "1", "all", "all", metric, told, came, 8)
        for metric, (told, came) in FIGURES.items()
    ],
    columns=SCHEMA.names,
).assign(forecast=str(TARGET))
FINDINGS = [
    Finding("feature_psi", f"f{number}", 0.3, 0.0, 0.1, None, "look", f"PSI of f{number} is 0.30")
    for number in range(7)
]


def monitoring(verdict):
    drift = ColumnDrift(
        Tracked("score", "lifecycle_stage", STAGES), STAGES.moved(pd.Series(["active"]))
    )
    return Monitoring(
        name="tiny",
        as_of=DAY,
        scored_as_of=DAY,
        model_version="1",
        held_against=dt.date(2024, 1, 1),
        verdict=verdict,
        findings=[] if verdict == "fine" else FINDINGS,
        ledger=Ledger(GRADES, (Waiting(DAY, dt.date(2024, 5, 1), "1", 9, str(TARGET)),)),
        drift=[drift],
        population=Population(10, 11, 2, 0.0),
        flow=OrderFlow(Silence(DAY, dt.date(2024, 3, 31), 1, 0, 1.0), ()),
        notes=("a note",),
        folder="runs/tiny/monitor/as_of=2024-04-01",
        target=TARGET,
    )


@pytest.fixture
def answering(monkeypatch):
    """Return a function that lets `monitor` answer a verdict; what it was called with."""
    calls = []

    def answer(verdict):
        def fake(config, as_of=None, *, progress=None):
            calls.append((config.name, as_of))
            return monitoring(verdict)

        monkeypatch.setattr("tiercast.monitoring.monitor.monitor", fake)
        return calls

    return answer


@pytest.mark.parametrize(("verdict", "code"), [("fine", 0), ("look", 0), ("retrain", 3)])
def test_a_scheduler_can_act_on_the_exit_code(run, answering, verdict, code):
    calls = answering(verdict)
    shown = run("monitor", "shop.yaml", "--as-of", "2024-04-01")
    assert shown.exit_code == code
    assert code == 0 or MEANINGS[code].startswith(verdict)
    assert f"Verdict: {verdict}" in shown.stdout
    assert calls == [("shop", DAY)]


def test_expected_stands_beside_actual_over_time(run, answering):
    answering("fine")
    lines = run("monitor", "shop.yaml").stdout.splitlines()
    assert lines[0] == "Past scores: predicted and actual"
    shown = "8 2024-04-01 55.0% 62.5% 400 150 to 500 200 yes - 75.0% 70.0% 50.0%"
    assert " ".join(lines[2].split()) == f"2024-04-01 1 revenue within 28 days {shown}"
    waiting = "2024-04-01 1 revenue within 28 days 9 2024-05-01 -"
    assert " ".join(lines[3].split()).startswith(waiting)


def test_it_names_what_was_compared_and_the_reasons(run, answering):
    answering("look")
    out = run("monitor", "shop.yaml").stdout
    assert "compared with 2024-01-01" in out
    assert "Customers: 10 at training, 2 new since, 1 gone, 11 now" in out
    assert "Stages at training and now: Active 50% -> 100%, Lost 50% -> 0%." in out
    assert "a note" in out
    assert "PSI of f4 is 0.30" in out
    assert "PSI of f5" not in out
    assert "feature_psi: 2 more in findings.parquet" in out


def test_nothing_scored_ends_with_2(run, shop):
    shown = run("monitor", shop)
    assert shown.exit_code == 2
    assert "Nothing was scored as of 2024-03-11 or earlier" in shown.stderr
