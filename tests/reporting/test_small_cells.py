"""No sentence, table or chart shows a figure of fewer than ten customers."""

import html
import json
import re
from datetime import date

import pandas as pd
import pytest
from plotly import graph_objects as go

from tiercast.formats import MISSING
from tiercast.reporting.matrix import matrix_table
from tiercast.reporting.messages import load_messages
from tiercast.reporting.report import build_report
from tiercast.reporting.section import Chart, Section, Table, common
from tiercast.reporting.small_cells import table_without_small_cells, without_small_cells
from tiercast.reporting.theme import figure

SAY = load_messages("en", horizon_days=30)
FRAME = pd.DataFrame({"customers": [120, 9, 10, 0], "expected_value": [9000.0, 77.0, 300.0, 0.0]})
NAMES = ["many", "few", "ten", "none"]


@pytest.fixture
def table():
    return Table.of("Groups", FRAME, ("Group", NAMES), common(SAY, "customers", "expected_value"))


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_a_small_group_keeps_its_name_and_loses_its_money(table):
    hidden = texts(table_without_small_cells(table, 10))
    assert hidden[1] == ["few", "<10", MISSING]
    assert [hidden[n] for n in (0, 2, 3)] == [texts(table)[n] for n in (0, 2, 3)]


def test_the_chart_of_the_table_draws_nothing_for_it(table):
    bars = go.Bar(y=NAMES, x=FRAME["expected_value"].tolist(), text=["9k", "77", "300", "0"])
    chart = Chart("c", "Groups", figure([bars], height=200), "", "", table)
    (section,) = without_small_cells([Section("s", "S", "", [chart])], 10)
    trace = section.parts[0].figure["data"][0]
    assert list(trace["y"]) == NAMES
    assert list(trace["x"]) == [9000.0, None, 300.0, 0.0]
    assert list(trace["text"]) == ["9k", "<10", "300", "0"]
    assert section.parts[0].table.rows[1][1].text == "<10"


def test_a_chart_that_lacks_bars_says_so(table):
    def reading(lengths, **more):
        bars = go.Bar(x=NAMES, y=lengths, **more)
        chart = Chart("c", "Groups", figure([bars], height=200), "", "Each bar counts.", table)
        (section,) = without_small_cells([Section("s", "S", "", [chart])], 10, "Few: no bar.")
        return section.parts[0].reading

    assert reading([120, 9, 10, 0]) == "Each bar counts. Few: no bar."
    assert reading([120, 10, 0]) == "Each bar counts."  # its bars are none of the table's groups


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_bar_that_is_missing_anyway_is_none_of_a_small_group(table, missing):
    bars = go.Bar(x=NAMES, y=[120, 15, 10, missing])
    chart = Chart("c", "Groups", figure([bars], height=200), "", "Each bar counts.", table)
    (section,) = without_small_cells([Section("s", "S", "", [chart])], 0, "Few: no bar.")
    assert section.parts[0].reading == "Each bar counts."


def test_flows_between_tiers_are_counts_cell_by_cell():
    moves = pd.DataFrame({"top": [50, 3], "dormant": [12, 0]}, index=["top", "dormant"])
    hidden = texts(table_without_small_cells(matrix_table("Moves", moves, SAY), 10))
    assert [row[1:] for row in hidden] == [["50", "12"], ["<10", "0"]]


def test_with_a_limit_of_0_everything_is_shown(table):
    assert texts(table_without_small_cells(table, 0)) == texts(table)


def test_boxes_of_a_grid_are_hidden_one_by_one():
    boxes = go.Heatmap(z=[[1.5, 2.5], [None, 9.0]], text=[["9", "40"], ["", "3"]])
    groups = [[9, 40], [0, 3]]
    chart = Chart("c", "Boxes", figure([boxes], height=200), "", "", groups=groups)
    (section,) = without_small_cells([Section("s", "S", "", [chart])], 10)
    trace = section.parts[0].figure["data"][0]
    assert trace["z"] == [[None, 2.5], [None, None]]
    assert trace["text"] == [["<10", "40"], ["", "<10"]]


@pytest.fixture(scope="module")
def page(run_at, base_scores, base, past, order_lines_of, tmp_path_factory):
    """Return the page of eight customers, scored on two days: each group of them is small."""
    folder, before = tmp_path_factory.mktemp("small"), date(2024, 2, 1)
    order_lines_of().to_parquet(folder / "orders.parquet")
    sources = {"transactions": {"path": str(folder / "orders.parquet")}}
    run = run_at(folder / "run", settings={"sources": sources})
    tiers = ["top", "general", "potential", "top", "general", "potential", "dormant", "dormant"]
    run.write_all(base.assign(tier=tiers), before)
    change = pd.Series([0, 1, 0, -1, 0, -1, 0, 0], dtype="Int8")
    scores = base_scores.assign(previous_tier=tiers, tier_change=change)
    run.write_scores(scores, previous_as_of=str(before))
    run.write_past(scores)
    run.write_features(pd.read_parquet(run.output / "features" / f"as_of={before}"))
    run.write_evaluation(past)
    return build_report(run.config).read_text(encoding="utf-8")


def test_no_sentence_counts_a_small_group(page):
    text = text_of(page)
    counted = set(re.findall(r"([^\s(]+) (?:new )?customers\b", text))
    # Forecasts of the evaluation, "of 100 customers", and the limit itself.
    of_the_past = {"20", "100", "10"}
    assert {one for one in counted if one[-1].isdigit()} <= {"<10", "0", *of_the_past}
    assert "Fewer than 10 customers of high past value are more likely than not to stay" in text
    assert "Fewer than 10 customers have a chance of 30% or more of a better tier" in text
    assert "<10 moved up a tier and <10 moved down." in text
    assert "Of <10 customers, about <10 will order" in text


def test_no_text_names_the_money_of_a_small_group(page):
    # Tiers, segments, quadrants, moves, months and the base; no customer has such an amount.
    money = {"1,000", "700", "190", "710", "125", "350", "162", "235", "95.0", "490", "130"}
    money |= {"360", "230", "140", "2,050"}
    shown = set(re.findall(r"[\d,.]*\d", text_of(page)))
    charts = [chart for name, chart in charts_of(page).items() if name != "chart-outlook"]
    shown |= set(texts_in(charts))
    assert shown & money == set()


def test_no_chart_draws_a_small_group(page):
    singles = {"chart-outlook", "chart-calibration", "chart-gain"}  # customers, past forecasts
    for name, chart in charts_of(page).items():
        for trace in chart["data"] if name not in singles else ():
            values = [trace.get(axis) for axis in ("x", "y", "z")]
            values.append(trace.get("link", {}).get("value"))
            drawn = {one for value in values for one in numbers_in(value)}
            assert drawn <= {0}, name


def text_of(page):
    """Return what a page says, without its charts."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


def charts_of(page):
    """Return the figures of a page by name."""
    found = re.findall(r'<script type="application/json" id="([\w-]+)-data">(.*?)</script>', page)
    assert found
    return {name: json.loads(text) for name, text in found}


def numbers_in(value):
    if isinstance(value, list):
        return [number for one in value for number in numbers_in(one)]
    return [value] if isinstance(value, int | float) else []


def texts_in(value):
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for one in inner for text in texts_in(one)]
    return re.findall(r"[\d,.]*\d", value) if isinstance(value, str) else []
