import datetime as dt
import json
import shutil

import pandas as pd
import pytest

from tiercast.monitoring.monitor_rules import RULES
from tiercast.reporting.drift import GRADES, WRITTEN, drift_section
from tiercast.reporting.ledger import ledger_section
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.report import build_report
from tiercast.reporting.section import Cards, Chart, Table

DAYS = ("2023-07-01", "2023-11-01")
WHOLE = {
    "churn": (0.6, 0.7),
    "total": (1000.0, 900.0),
    "total_low": (800.0, None),
    "total_high": (1200.0, None),
    "interval": (0.9, 0.91),
    "tier_set": (0.9, 0.88),
}
TIER = {"tier_size": (2.0, 3.0), "churn": (0.1, 0.2), "total": (500.0, 450.0)}
TIER |= {"tier_confidence": (0.7, 0.6)}
SUMMARY = {
    "as_of": "2024-03-05",
    "scored_as_of": "2024-03-01",
    "model_version": "3",
    "held_against": "2024-01-01",
    "verdict": "retrain",
    "checked": 200,
    "reasons": [
        {"rule": "missing", "subject": "gap_mean_days", "value": 0.6, "usual": 0.0, "look": 0.1}
        | {"retrain": 0.5, "verdict": "retrain", "reason": "..."},
        {"rule": "volume", "subject": "orders", "value": None, "usual": 0.0, "look": 2.0}
        | {"retrain": None, "verdict": "look", "reason": "..."},
    ],
    "customers": {"then": 7, "now": 8, "new": 1, "gone": 0},
    "stages": {"active": {"then": 0.5, "now": 0.4}},
    "orders": {
        "days_since_last": 4,
        "volumes": [{"name": "orders", "last": 90.0, "before": 100.0, "year_ago": None}],
    },
}


def grades(day, came=900.0):
    rows = [("all", "all", name, *pair) for name, pair in WHOLE.items()]
    rows += [("tier", "top", name, *pair) for name, pair in TIER.items()]
    frame = pd.DataFrame(rows, columns=["by", "group", "metric", "predicted", "actual"])
    frame.loc[(frame["by"] == "all") & (frame["metric"] == "total"), "actual"] = came
    graded_on = dt.date.fromisoformat(day) + dt.timedelta(days=90)
    return frame.assign(
        as_of=dt.date.fromisoformat(day), graded_on=graded_on, model_version="3", customers=8
    )


@pytest.fixture
def monitored(run):
    """Return a function that leaves a ledger of two batches and a verdict beside the scores."""

    def leave(**summary):
        for day, came in zip(DAYS, (700.0, 900.0), strict=True):
            folder = run.output / "ledger" / f"as_of={day}"
            folder.mkdir(parents=True, exist_ok=True)
            grades(day, came).to_parquet(folder / "part-00000.parquet", index=False)
            told = {"horizon_days": 90, "value": "revenue"}
            (folder / "manifest.json").write_text(json.dumps(told))
        folder = run.output / "monitor" / "as_of=2024-03-05"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "summary.json").write_text(json.dumps(SUMMARY | summary))
        shutil.copytree(folder, folder.with_name(f"{folder.name} (copy)"), dirs_exist_ok=True)
        return run

    return leave


def of_kind(section, kind):
    return [part for part in section.parts if isinstance(part, kind)]


def test_without_a_monitoring_there_are_no_chapters(inputs, say):
    assert ledger_section(inputs, say) is None
    assert drift_section(inputs, say) is None


def test_expected_and_came_stand_side_by_side(monitored, reading, say):
    section = ledger_section(reading(monitored()), say)
    assert section.headline == (
        "In 1 of 2 past scorings with a known outcome, the total was within its interval. "
        "The newest predicted that 60% would leave; 70% left."
    )
    assert section.grade == "fair"
    batches, tiers = of_kind(section, Table)
    assert [cell.text for cell in batches.rows[0]] == [
        "1 July 2023",
        *["60%", "70%", "1,000", "800", "1,200", "700", "91%", "88%"],
    ]
    assert [cell.text for cell in tiers.rows[0]] == [
        *["Top", "2", "3", "70%", "60%", "10%", "20%", "500", "450"]
    ]


def test_scorings_that_overlap_count_once_in_the_headline(monitored, reading, run, say):
    monitored()
    for day in ("2023-11-08", "2023-11-15"):
        folder = run.output / "ledger" / f"as_of={day}"
        folder.mkdir()
        grades(day).to_parquet(folder / "part-00000.parquet", index=False)
        told = {"horizon_days": 90, "value": "revenue"}
        (folder / "manifest.json").write_text(json.dumps(told))
    section = ledger_section(reading(run), say)
    assert section.headline.startswith(
        "In 1 of 2 past scorings with non-overlapping windows, the total was within its interval "
        "(in 3 of all 4 graded scorings, whose windows overlap)."
    )
    graded, held = of_kind(section, Cards)[0].cards[:2]
    assert (graded.value, graded.detail) == ("4", "non-overlapping: 2")
    assert (held.value, held.detail) == (
        "1",
        "of 2 with non-overlapping windows; 3 of all 4, which overlap",
    )


def test_totals_outside_their_interval_stand_out(monitored, reading, say):
    _, totals = of_kind(ledger_section(reading(monitored()), say), Chart)
    told, came = totals.figure["data"]
    assert list(told["error_y"]["array"]) == [200, 200]
    assert list(came["y"]) == [700, 900]
    assert came["marker"]["color"][0] != came["marker"]["color"][1]


def test_grades_of_later_scores_are_not_shown(monitored, reading, run):
    run = monitored()
    (run.output / "ledger" / f"as_of={DAYS[1]}").rename(run.output / "ledger" / "as_of=2024-03-02")
    assert reading(run).monitoring.grades["as_of"].nunique() == 1


def test_the_verdict_stands_with_its_reasons(monitored, reading, say):
    section = drift_section(reading(monitored()), say)
    assert section.headline.startswith("Train again: 2 of 200 checks")
    assert section.grade == "weak"
    reasons, stages = of_kind(section, Table)
    assert [[cell.text for cell in row] for row in reasons.rows] == [
        ["Increase of missing values", "gap mean days", "60%", "–", "10%", "50%", "train again"],
        ["Volume compared with before", "Orders", "–", "–", "2x", "–", "look"],
    ]
    assert [cell.text for cell in stages.rows[0]] == ["Active", "50%", "40%"]
    assert of_kind(section, Cards)[0].cards[-1].detail == "100 in the 28 days before"


def test_subjects_have_the_words_of_lists_in_both_languages(monitored, reading):
    names = ["churn_probability", "recency_days", "orders_60d", "revenue_90d", "churn"]
    names += ["expected_value_180d"]
    reason = SUMMARY["reasons"][0]
    inputs = reading(monitored(reasons=[{**reason, "subject": name} for name in names]))

    def subjects(language):
        reasons, _ = of_kind(
            drift_section(inputs, load_messages(language, worth="revenue")), Table
        )
        return [row[1].text for row in reasons.rows]

    assert subjects("en") == [
        *("Churn risk", "Days since last order", "Orders in 60 days", "Revenue in 90 days"),
        *("Churn", "Expected value (180 days)"),
    ]
    assert subjects("zh") == [
        *(
            "流失风险",
            "距上次下单天数",
            "近 60 天订单数",
            "近 90 天收入",
            "流失",
            "预期价值（180 天）",
        ),
    ]


def test_a_number_of_orders_is_no_money(monitored, reading):
    orders = {"name": "orders", "last": 24.0, "before": 1234.0, "year_ago": None}
    value = {"name": "value", "last": 5160.0, "before": 407.0, "year_ago": 1280.0}
    run = monitored(orders={"days_since_last": 4, "volumes": [orders, value]})
    section = drift_section(reading(run), load_messages("en", currency="GBP"))
    told = [(card.value, card.detail) for card in of_kind(section, Cards)[0].cards[-2:]]
    assert told == [
        ("24", "1,234 in the 28 days before"),
        ("£5,160", "£407 in the 28 days before, £1,280 a year ago"),
    ]


def test_a_look_at_later_scores_is_not_shown(monitored, reading, say):
    assert drift_section(reading(monitored(scored_as_of="2024-03-02")), say) is None


def test_many_reasons_are_cut_and_counted(monitored, reading, say):
    section = drift_section(reading(monitored(reasons=SUMMARY["reasons"][:1] * 25)), say)
    reasons = of_kind(section, Table)[0]
    assert len(reasons.rows) == 20
    assert reasons.note.endswith("5 more are in the monitor's folder.")


def test_the_report_has_both_chapters(monitored, tmp_path):
    page = build_report(monitored().config, output=tmp_path / "r.html").read_text("utf-8")
    assert 'id="ledger"' in page
    assert 'id="drift"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_and_verdict_has_words(language):
    say = load_messages(language)
    assert set(WRITTEN) == {rule.name for rule in RULES}
    assert all(say.has(f"drift.rules.{name}") for name in WRITTEN)
    assert all(say.has(f"drift.headline.{verdict}") for verdict in GRADES)


def test_the_newest_verdict_before_the_day_is_shown_with_the_day_of_its_scores(
    monitored, reading, say
):
    run = monitored(scored_as_of="2024-02-23", as_of="2024-02-24")
    chapter = drift_section(reading(run), say)
    assert chapter.parts[0].text == (
        "The scores of 1 March 2024 were not monitored: this verdict refers to those of "
        "23 February 2024."
    )
    assert "24 February 2024" in chapter.parts[1].text
