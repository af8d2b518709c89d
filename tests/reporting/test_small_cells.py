"""No table or chart shows a figure of fewer than ten customers."""

import pandas as pd
import pytest
from plotly import graph_objects as go

from tiercast.formats import MISSING
from tiercast.reporting.matrix import matrix_table
from tiercast.reporting.messages import load_messages
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
