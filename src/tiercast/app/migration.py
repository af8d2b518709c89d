"""The page of migration: the report's chapter, between any two scored days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from tiercast.app.called import called_in_moves
from tiercast.app.pages import charts_of, render
from tiercast.app.visit import Problem, Visit
from tiercast.app.whole_day import identity_of, read_whole
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.targets import PREVIOUS
from tiercast.reporting.matrix import matrix_table
from tiercast.reporting.migration import migration_section
from tiercast.reporting.moves import GONE, NEW, Moves, read_moves
from tiercast.reporting.section import Section, Table
from tiercast.reporting.small_cells import shown_sections, table_without_small_cells


def migration_page(visit: Visit) -> Response:
    """Return who changed tier from an earlier day to the page's."""
    days = _comparable(visit)
    if not days:
        return render(visit, "migration", earlier=[], sections=[], charts=[])
    before, inputs = _chosen(visit, days), visit.base.inputs
    identity = identity_of(visit.base.config, before)
    moves = visit.base.once(("moves", identity), lambda _: _moves(visit, before))
    section = visit.base.once(
        ("migration", identity, visit.say.language), lambda _: _section(visit, moves)
    )
    return render(
        visit,
        "migration",
        earlier=days[::-1],
        before=before,
        matrix=_matrix(visit, moves),
        sections=[section],
        charts=charts_of([section]),
        # The list of fallen customers is about the day before alone.
        fallen=str(before) == inputs.manifest.get(PREVIOUS),
    )


def _comparable(visit: Visit) -> list[dt.date]:
    """Return the earlier days with the same target and tiers."""
    output = OutputFolder.of(visit.base.config)
    days = [day for day in visit.days if day < visit.base.as_of]
    alike = output.sort_days(days, visit.base.inputs.target).alike
    return [day for day in alike if tuple(output.manifest(day)["tiers"]) == visit.base.tier_names]


def _chosen(visit: Visit, days: Sequence[dt.date]) -> dt.date:
    wanted = visit.parameters.get("before")
    found = days[-1] if wanted is None else next((d for d in days if str(d) == wanted), None)
    if found is None:
        raise Problem(404, "app.problems.no_day", day=str(wanted))
    return found


def _moves(visit: Visit, before: dt.date) -> Moves:
    """Return the moves between two days, each read whole."""
    base, output = visit.base, OutputFolder.of(visit.base.config)
    days = before, base.as_of
    folders = output.scores(before), output.scores(base.as_of)

    def read(_: str) -> Moves:
        with base.cursor() as database:
            found = read_moves(database, folders, days, base.tier_names)
            return called_in_moves(found, base.config.report)

    return read_whole(base.config, before, lambda _: read_whole(base.config, base.as_of, read))


def _section(visit: Visit, moves: Moves) -> Section:
    section = migration_section(replace(visit.base.inputs, moves=moves), visit.say)
    assert section is not None  # there are moves
    return shown_sections([section], visit.say)[0]


def _matrix(visit: Visit, moves: Moves) -> Table:
    names = visit.base.tier_names
    wide = moves.ways.pivot(index="before", columns="now", values="customers")
    counts = wide.reindex(index=[*names, NEW], columns=[*names, GONE]).fillna(0).astype("int64")
    table = matrix_table(visit.say("app.migration.matrix"), counts, visit.say)
    return table_without_small_cells(table, visit.base.config.report.small_cells)
