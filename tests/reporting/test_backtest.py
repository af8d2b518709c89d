import datetime as dt
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from tiercast.backtesting.backtest import judged
from tiercast.backtesting.contenders import CONTENDERS, OF_CONTRACTS
from tiercast.backtesting.forecasts import NotRun
from tiercast.backtesting.grade import GRADES
from tiercast.backtesting.record import write
from tiercast.modeling import bootstrap
from tiercast.modeling.metrics import ALL_METRICS
from tiercast.reporting.backtest import (
    FORMATS,
    VERDICTS,
    backtest_section,
    horizon_tables,
)
from tiercast.reporting.backtest import GRADES as SHOWN_GRADES
from tiercast.reporting.messages import LANGUAGES, load_messages
from tiercast.reporting.report import build_report
from tiercast.reporting.section import Cards, Note, Table
from tiercast.reporting.stored_backtest import StoredBacktest
from tiny_origin import ORIGIN, origin_forecasts, tiny_base


@pytest.fixture
def backtested(run, monkeypatch):
    """Return a function that leaves a backtest beside a run's scores."""
    monkeypatch.setattr(bootstrap, "RESAMPLES", 10)

    def leave(as_of="2024-02-15", horizon_days=90, **changes):
        found = judged(tiny_base(), dt.date.fromisoformat(as_of), [origin_forecasts()])
        folder = run.output / "backtest" / f"as_of={as_of}"
        write(replace(found, folder=folder, horizon_days=horizon_days, **changes))

    return leave


@pytest.fixture
def section(run, backtested, reading, say):
    backtested()
    return backtest_section(reading(run), say)


def tables(section):
    return [part for part in section.parts if isinstance(part, Table)]


def test_without_a_backtest_there_is_no_chapter(inputs, say):
    assert backtest_section(inputs, say) is None


def test_the_newest_backtest_up_to_the_day_and_of_the_horizon_counts(run, backtested, reading):
    for as_of in ("2024-01-15", "2024-02-15", "2024-03-02"):
        backtested(as_of)
    backtested("2024-02-20", horizon_days=30)
    place = run.output / "backtest"
    shutil.copytree(place / "as_of=2024-02-15", place / "as_of=2024-02-20.bak")  # no day's
    assert reading(run).backtest.as_of == dt.date(2024, 2, 15)


def test_the_headline_tells_the_grade(section):
    assert section.headline == (
        "Grade A: ranking, risks and totals are reliable. "
        "Evaluated on past days beside 2 other methods."
    )
    assert section.grade == "good"


@pytest.mark.parametrize(("came", "says"), [(150.0, False), (100.0, True)])
def test_a_grade_that_graded_scores_do_not_bear_out_says_so(run, backtested, reading, came, says):
    # 150 told: with 100 come the total was off by half, which grade A says that it is not.
    backtested()
    folder = run.output / "ledger" / "as_of=2023-11-01"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"horizon_days": 90, "value": "revenue"}')
    row = {"as_of": dt.date(2023, 11, 1), "by": "all", "group": "all", "metric": "total"}
    pd.DataFrame([row | {"predicted": 150.0, "actual": came}]).to_parquet(
        folder / "part-0.parquet"
    )
    headline = backtest_section(reading(run), load_messages("en")).headline
    assert headline.startswith("Grade A: ")
    assert (
        headline.endswith(
            "Graded scores show worse results: totals; see “How accurate were past scores?”."
        )
        == says
    )


def test_cards_count_the_verdicts(section):
    cards = next(part for part in section.parts if isinstance(part, Cards)).cards
    assert [card.value for card in cards[:2]] == ["0%", "2.0"]
    assert sum(int(card.value) for card in cards[2:]) == len(ALL_METRICS)


def test_methods_stand_side_by_side(section):
    board = tables(section)[0]
    names = [row[0].text for row in board.rows]
    assert names == ["Recency rule", "BG/NBD", "tiercast"]
    assert [cell.text for cell in board.rows[1][1:]] == [
        "0.900",
        "0.200",
        "1.000",
        "33%",
        "20%",
        "70%",
    ]


def test_each_metric_has_a_verdict_in_words(section):
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in tables(section)[1].rows}
    assert len(rows) == len(ALL_METRICS)
    assert rows["Mean absolute error"][:3] == ["0", "3.0", "BG/NBD"]
    assert rows["Mean absolute error"][3] == "better"


def test_totals_stand_beside_what_came(section):
    (row,) = tables(section)[2].rows
    assert [cell.text for cell in row] == [
        str(ORIGIN),
        "10",
        "150",
        "100",
        "256",
        "150",
        "0%",
        "5",
        "5",
    ]


def test_promises_stand_beside_what_was_kept(section):
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in tables(section)[3].rows}
    assert rows["a customer's value within its range"] == ["90%", "90%", "10"]
    assert rows["the total within its interval"] == ["90%", "100%", "1"]
    assert rows["a tier's total within its interval"] == ["90%", "100%", "3"]
    assert rows["a segment's total within its interval"] == ["90%", "100%", "2"]


def test_a_backtest_without_checks_of_sums_is_still_shown(run, backtested, reading, say):
    backtested()
    file = run.output / "backtest" / "as_of=2024-02-15" / "coverage.parquet"
    coverage = pd.read_parquet(file).drop(columns="sums")
    coverage[~coverage["check"].str.endswith("total_inside")].to_parquet(file)
    rows = tables(backtest_section(reading(run), say))[3].rows
    assert [row[3].text for row in rows] == ["10", "10"]


def test_every_column_of_the_tables_can_be_seen(run, backtested, browser):
    backtested()
    page = browser.new_page()
    page.goto(build_report(run.config).as_uri())
    for width in (1200, 390):
        page.set_viewport_size({"width": width, "height": 900})
        hidden = page.eval_on_selector_all(
            "#backtest .wide, #tiers .wide",
            "tables => tables.map(t => t.scrollWidth - t.clientWidth)",
        )
        scrolls = page.eval_on_selector("#backtest .wide", "t => getComputedStyle(t).overflowX")
        assert scrolls == "auto"
        assert width < 1200 or set(hidden) == {0}
    page.close()


def test_the_rule_stands_beside_the_grade(section):
    rule = [part for part in section.parts if isinstance(part, Note)][-1].text
    assert "A requires at most 0 metrics (without mean absolute error) worse" in rule
    assert "off by at most 10% on average and risks by at most 3.0 percentage points" in rule
    assert "2 of 2 comparisons with simple rules won beyond chance and 0 lost" in rule


def test_what_was_not_run_is_told(run, backtested, reading, say):
    backtested(not_run=(NotRun("bg_nbd", ORIGIN, "no repeat order"),))
    basis = backtest_section(reading(run), say).parts[0].text
    assert basis.endswith("Could not be run on every day: BG/NBD.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_contender_metric_verdict_and_grade_has_words(language):
    say = load_messages(language)
    for contender in (*CONTENDERS, *OF_CONTRACTS):
        assert say.has(f"labels.contender.{contender.name}")
        assert say.has(f"backtest.contenders.{contender.name}")
    assert set(FORMATS) == {metric.name for metric in ALL_METRICS}
    assert all(say.has(f"labels.metric.{name}") for name in FORMATS)
    assert all(say.has(f"backtest.verdict.{name}") for name in VERDICTS)
    assert [rule.letter for rule in GRADES] == list(SHOWN_GRADES)
    assert all(
        say.has(f"backtest.{part}.{x}") for x in SHOWN_GRADES for part in ("grade", "rules")
    )


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "Comparison with other methods"), ("zh", "评级 A：排序、风险和总额均可靠。")],
)
def test_the_page_has_the_chapter_in_its_language(run, run_at, backtested, language, says):
    backtested()
    page = build_report(run_at(run.output, language).config).read_text(encoding="utf-8")
    assert '<section id="backtest"' in page
    assert says in page


def test_each_horizon_has_rows_of_its_own(tmp_path):
    row = {"origin": dt.date(2024, 1, 1), "ece": 0.01, "interval": 0.9, "expected_value": 10.0}
    row |= {"value_low": 8.0, "value_high": 12.0, "value": 11.0}
    rows = pd.DataFrame([{"horizon_days": days, **row} for days in (30, 365)])
    nothing = pd.DataFrame()
    found = StoredBacktest({}, nothing, nothing, nothing, rows)
    (table,) = horizon_tables(found, load_messages("en"))
    names = [one[0].text for one in table.rows]
    assert names == ["30 days from 2024-01-01", "365 days from 2024-01-01"]
    assert horizon_tables(StoredBacktest({}, nothing, nothing, nothing), load_messages("en")) == []
