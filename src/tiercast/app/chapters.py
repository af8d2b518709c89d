"""Pages made of the report's own chapters."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from starlette.responses import Response

from tiercast.app.pages import charts_of, render
from tiercast.app.scored_base import TABLE
from tiercast.app.versions import versions_table
from tiercast.app.visit import Problem, Visit
from tiercast.reporting.categories import categories_section
from tiercast.reporting.cohort_charts import cohorts_section
from tiercast.reporting.contribution import contribution_section
from tiercast.reporting.groups import group_chapters, groups_section
from tiercast.reporting.growing import growing_section
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.lifecycle import lifecycle_section
from tiercast.reporting.list_facts import LEAVING, list_facts
from tiercast.reporting.new_returning import new_returning_section
from tiercast.reporting.next_orders import next_orders_section
from tiercast.reporting.outlook import outlook_section
from tiercast.reporting.overview import overview_section
from tiercast.reporting.past import past_section
from tiercast.reporting.report import GROUPS, Chapter, applicable
from tiercast.reporting.rfm_map import rfm_section
from tiercast.reporting.section import Cell, Section, Table
from tiercast.reporting.segment_names import segment_label
from tiercast.reporting.segments import known_rows, segment_table, segments_section
from tiercast.reporting.small_cells import shown_sections, table_without_small_cells
from tiercast.reporting.tiers import tiers_section
from tiercast.reporting.trend import trend_section
from tiercast.reporting.usage import usage_section
from tiercast.reporting.worth_charts import worth_section

CHAPTERS: Mapping[str, Sequence[Chapter]] = {
    "overview": (
        overview_section,
        lifecycle_section,
        outlook_section,
        growing_section,
        next_orders_section,
    ),
    "tiers": (tiers_section, groups_section, contribution_section, categories_section),
    "segments": (segments_section, usage_section, rfm_section),
    "growth": (past_section, trend_section, new_returning_section, cohorts_section, worth_section),
    "model": GROUPS["model"],
}


def overview_page(visit: Visit) -> Response:
    """Return the start: the three questions, and the base at a glance."""
    with visit.base.cursor() as database:
        base = database.table(TABLE)
        facts = base.aggregate(
            best=(base.tier_rank == 0).sum(),
            best_value=base.expected_value.sum(where=base.tier_rank == 0).fill_null(0.0),
            whole=base.expected_value.sum().fill_null(0.0),
            second=(base.tier_rank == 1).sum(),
            second_value=base.expected_value.sum(where=base.tier_rank == 1).fill_null(0.0),
        ).to_pyarrow()
    leaving = visit.base.once("leaving", lambda inputs: list_facts(inputs, [LEAVING])[LEAVING])
    return _chapters(visit, "overview", facts=facts.to_pylist()[0], leaving=leaving)


def tiers_page(visit: Visit) -> Response:
    """Return the tiers."""
    return _chapters(visit, "tiers")


def growth_page(visit: Visit) -> Response:
    """Return the base over time: months, new and returning customers, cohorts."""
    return _chapters(visit, "growth")


def model_page(visit: Visit) -> Response:
    """Return the model: its versions, and what the report shows of it."""
    inputs = visit.base.inputs
    sources = {
        "evaluation": inputs.predictions,
        "monitoring": inputs.monitoring,
        "backtest": inputs.backtest,
    }
    missing = [name for name, found in sources.items() if found is None]
    return _chapters(visit, "model", versions=versions_table(visit), missing=missing)


def segments_page(visit: Visit) -> Response:
    """Return the segments, and two of them side by side.

    Raises
    ------
    Problem
        There is no such segment.
    """
    frame = visit.base.once("segment_table", segment_table)
    names = [str(name) for name in frame["segment"][:-1]]
    defaults = dict(zip("ab", (names * 2)[:2], strict=True))
    chosen = {side: visit.parameters.get(side, name) for side, name in defaults.items()}
    pair = list(chosen.values())
    for name in pair:
        if name not in names:
            raise Problem(404, "app.problems.no_segment", segment=name)
    compared = _compared(visit, frame, pair)
    return _chapters(visit, "segments", names=names, chosen=chosen, compared=compared)


def _compared(visit: Visit, frame: pd.DataFrame, pair: Sequence[str]) -> Table:
    say = visit.say
    columns = [frame[frame["segment"] == name].iloc[0] for name in pair] + [frame.iloc[-1]]
    rows = [
        [
            Cell(say("common.customers")),
            *(_group_cell(say.write.count(c.customers), c, is_count=True) for c in columns),
        ]
    ]
    rows += [
        [
            Cell(say(f"segments.rows.{row.column}")),
            *(_group_cell(say.write.named(row.written)(float(c[row.column])), c) for c in columns),
        ]
        for row in known_rows(visit.base.inputs, frame)
    ]
    heads = [segment_label(name, say) for name in pair]
    table = Table(
        say("app.segments.compared"),
        [say("segments.corner"), *heads, say("segments.base")],
        rows,
        note=say("app.segments.note"),
    )
    return table_without_small_cells(table, visit.base.config.report.small_cells)


def _group_cell(text: str, group: pd.Series, *, is_count: bool = False) -> Cell:
    return Cell(text, customers=group["customers"], is_count=is_count)


def _chapters(visit: Visit, page: str, **context: Any) -> Response:
    sections = visit.base.once(
        (page, visit.say.language), lambda inputs: _made(inputs, visit, page)
    )
    return render(visit, page, sections=sections, charts=charts_of(sections), **context)


def _made(inputs: Inputs, visit: Visit, page: str) -> list[Section]:
    made = [one(inputs, visit.say) for one in applicable(CHAPTERS[page], inputs)]
    if page == "tiers":
        made += group_chapters(inputs, visit.say)
    found = [section for section in made if section is not None]
    return shown_sections(found, visit.say)
