import json
import os
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

from tiercast.config.errors import OutputError
from tiercast.reporting import report
from tiercast.reporting.report import build_report, script_safe

ATTACK = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"


@pytest.fixture
def page(run):
    return build_report(run.config).read_text(encoding="utf-8")


def data_of(page):
    blocks = re.findall(r'<script type="application/json" id="(.+?)-data">(.+?)</script>', page)
    return {name: json.loads(text) for name, text in blocks}


def test_the_report_lies_in_the_output_folder_under_its_date(run):
    assert build_report(run.config) == run.output / "reports" / "as_of=2024-03-01.html"


def test_the_report_lies_where_it_was_asked_for(run, tmp_path):
    asked = tmp_path / "elsewhere" / "report.html"
    assert build_report(run.config, date(2024, 3, 1), asked) == asked
    assert asked.stat().st_size < 6_000_000


def test_a_second_report_replaces_the_first_and_leaves_nothing_beside(run):
    first = build_report(run.config).read_bytes()
    path = build_report(run.config)
    assert path.read_bytes() == first
    assert list(path.parent.iterdir()) == [path]


def test_a_report_that_fails_leaves_the_old_one(run, monkeypatch):
    path = build_report(run.config)
    before = path.read_bytes()
    monkeypatch.setattr(report, "_page", lambda *_: "\ud800")  # cannot be written
    with pytest.raises(UnicodeEncodeError):
        build_report(run.config)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_nobody_may_write_to_is_told(run):
    with pytest.raises(OutputError, match=r"/sys/kernel/tiercast/a\.html could not be written: "):
        build_report(run.config, output=Path("/sys/kernel/tiercast/a.html"))


def test_what_a_killed_report_left_goes_with_the_next(run):
    path = build_report(run.config)
    left = path.with_name(f".{path.name}.{os.getpid()}-0a1b2c3d")
    left.write_text("half a page")
    assert build_report(run.config) == path
    assert list(path.parent.iterdir()) == [path]


def test_plotly_stands_in_the_page_once(page):
    assert page.count(get_plotlyjs()) == 1


def test_every_chart_has_its_data_an_alternative_text_and_a_line_on_reading_it(page):
    charts = re.findall(r'class="chart" id="(.+?)" role="img" aria-label="(.+?)"', page)
    assert len(charts) == 11
    assert {name for name, _ in charts} == set(data_of(page))
    assert page.count("How to read this:") == 11


def test_nothing_is_fetched_and_only_own_scripts_run(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="(.+?)"', page)[1]
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe-inline" not in policy.split(";")[1]
    outside = page.replace(get_plotlyjs(), "")
    assert not re.search(r"(src|href)=\"(?!#|data:)", outside)


@pytest.mark.parametrize("column", ["customer_id", "segment", "action"])
def test_html_in_the_data_stays_text(empty_run, base, base_scores, column):
    hostile = base_scores.copy()
    hostile[column] = [f"{ATTACK}{number}" for number in range(len(base))]
    empty_run.write_all()
    hostile.to_parquet(next(empty_run.output.glob("scores/*/part-*.parquet")))
    shown = empty_run.config.model_copy(update={"report": {"ids": "full"}})
    page = build_report(shown).read_text(encoding="utf-8")
    assert "<script>window.hacked" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;window.hacked" in page
    assert len(data_of(page)) == 9


def test_ids_are_masked_unless_the_config_shows_them(empty_run):
    empty_run.write_all()
    shown = empty_run.config.model_copy(update={"report": {"ids": "full"}})
    masked = build_report(empty_run.config).read_text(encoding="utf-8")
    full = build_report(shown).read_text(encoding="utf-8")
    assert "b…b<small>" in masked
    assert "bob<small>" not in masked
    assert "bob<small>" in full


def test_money_has_the_sign_of_the_configs_currency(empty_run):
    empty_run.write_all()
    euros = empty_run.config.model_copy(update={"currency": "EUR"})
    assert "€" in build_report(euros).read_text(encoding="utf-8").replace(get_plotlyjs(), "")


def test_json_keeps_its_meaning_when_made_safe():
    text = json.dumps(["</script>", "<!--", "a & b", "\u2028"], ensure_ascii=False)
    safe = script_safe(text)
    assert not set("<>&\u2028") & set(safe)
    assert json.loads(safe) == json.loads(text)


def test_chinese_reports_are_chinese(run, run_at):
    shown = run_at(run.output, "zh", settings={"report": {"small_cells": 1}})
    page = build_report(shown.config).read_text(encoding="utf-8")
    assert '<html lang="zh">' in page
    assert "“顶级”层级只占客户的 25%，预计带来未来 90 天收入的 70%。" in page
    assert "How to read" not in page


def test_customers_may_be_numbers_and_tiers_may_have_other_names(empty_run, run_at, base):
    settings = {"tiers": {"names": ["gold", "none"], "cuts": []}, "report": {"small_cells": 1}}
    run = run_at(empty_run.output, settings=settings)
    renamed = base.assign(customer_id=range(8))
    run.write_all(renamed)
    file = next(run.output.glob("scores/*/part-*.parquet"))
    scores = pd.read_parquet(file)
    gold = scores["tier"] != "dormant"
    scores["tier"] = gold.map({True: "gold", False: "none"})
    churn = scores["churn_probability"]
    scores["tier_probabilities"] = [{"gold": 1 - p, "none": p} for p in churn]
    scores.to_parquet(file)
    page = build_report(run.config).read_text(encoding="utf-8")
    assert "Tier “Gold”, 75% of customers, will bring 98% of the revenue expected" in page


def test_a_base_of_one_customer_has_a_report(empty_run, base):
    empty_run.write_all(base.tail(1).reset_index(drop=True))
    page = build_report(empty_run.config).read_text(encoding="utf-8")
    assert "Of &lt;10 customers, about &lt;10 will order" in page
    assert "nan" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL).lower()
