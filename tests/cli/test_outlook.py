import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tiercast.modeling.target import Target
from tiercast.scoring.score import ScoreResult
from tiercast.verbs.demo import DemoResult

pytestmark = pytest.mark.usefixtures("shop")  # commands read the config first

RESULT = ScoreResult(
    folder=Path("runs/shop/scores/as_of=2024-07-01"),
    as_of=dt.date(2024, 7, 1),
    rows=1500,
    model_version="3",
    tiers={"top": 100, "dormant": 1400},
    expected_total=12345.6,
    expected_interval=(10_234.4, 14_890.5),
    notes=(),
    target=Target(90, "revenue"),
    copies=("s3://shop/scores",),
)


@pytest.fixture
def scoring(monkeypatch):
    """What `score` was called with."""
    calls = []

    def fake(config, as_of=None, *, progress, **more):
        calls.append((config.name, as_of, more))
        return RESULT

    monkeypatch.setattr("tiercast.scoring.score.score", fake)
    return calls


def test_score_passes_on_day_version_and_folder(run, scoring):
    more = ("--model-version", "2", "--output", "out")
    run("score", "shop.yaml", "--as-of", "2024-07-01", *more)
    run("score", "shop.yaml")
    assert scoring == [
        (
            "shop",
            dt.date(2024, 7, 1),
            {"model_version": "2", "output": Path("out"), "reasons": "top"},
        ),
        ("shop", None, {"model_version": None, "output": None, "reasons": "top"}),
    ]


def test_score_shows_the_size_of_each_tier_and_where_the_scores_lie(run, scoring):
    shown = run("score", "shop.yaml")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == [
        "Scores of 2024-07-01",
        "Tier     Customers  Share",
        "Top            100   6.7%",
        "Dormant      1,400  93.3%",
        "1,500 customers by model version 3; expected revenue within 90 days: 12,346 "
        "(90 % interval 10,234 to 14,890)",
        "Scores: runs/shop/scores/as_of=2024-07-01/",
        "Also:   s3://shop/scores",
    ]


def test_the_totals_of_groups_have_chinese_headings(run, monkeypatch):
    tiers = {"top": 10, "dormant": 90}
    group = SimpleNamespace(name="北部", customers=100, expected=50, low=40, high=60, tiers=tiers)
    result = replace(RESULT, groups=(group,))
    monkeypatch.setattr("tiercast.scoring.score.score", lambda *_, **__: result)
    shown = run("score", "shop.yaml", "--language", "zh").stdout
    headings = next(line.split() for line in shown.splitlines() if line.startswith("组"))
    assert headings == ["组", "客户数", "预期", "90%", "区间", "顶级", "沉睡"]


def test_score_without_a_model_says_to_train(run, shop, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    shown = run("score", shop)
    assert shown.exit_code == 2
    assert "train one first: `tiercast train shop.yaml`" in shown.stderr


def test_report_without_scores_says_to_score(run, shop):
    shown = run("report", shop)
    assert shown.exit_code == 2
    assert "run `tiercast score shop.yaml` first" in shown.stderr


def test_report_names_the_file(run, shop, monkeypatch):
    monkeypatch.setattr(
        "tiercast.verbs.report.report", lambda _config, as_of, **_more: Path(f"r/{as_of}.html")
    )
    shown = run("report", shop, "--as-of", "2024-07-01")
    assert shown.stdout == "Report: r/2024-07-01.html\n"


def test_demo_ends_by_naming_what_to_open(run, monkeypatch):
    result = DemoResult(
        Path("pipelines/cdnow.yaml"), Path("r.html"), Path("scores/as_of=2024-07-01"), "mlflow ui"
    )
    monkeypatch.setattr("tiercast.verbs.demo.demo", lambda *_given, **_more: result)
    shown = run("demo", "cdnow")
    assert shown.stdout.splitlines() == [
        "Config:  pipelines/cdnow.yaml",
        "Scores:  scores/as_of=2024-07-01/",
        "Report:  r.html",
        "Web app: tiercast app pipelines/cdnow.yaml",
        "Models:  mlflow ui",
    ]


def test_demo_of_an_unknown_sample_names_those_there_are(run, shop):
    shown = run("demo", "cdnwo")
    assert shown.exit_code == 2
    assert "there are complete_journey, cdnow" in shown.stderr
