"""The pages of lists: whom each holds, and its file, whose export is recorded."""

from collections.abc import Mapping
from contextlib import ExitStack

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from tiercast.app.called import called_in_list
from tiercast.app.columns import columns_of
from tiercast.app.pages import render
from tiercast.app.visit import Problem, Visit
from tiercast.app.whole_day import read_whole
from tiercast.config.budget import BudgetConfig
from tiercast.config.export_formats import formats_of
from tiercast.config.lists import CustomerList
from tiercast.lists.base import ListBase
from tiercast.lists.layout import missing_columns
from tiercast.lists.selection import select
from tiercast.reporting.actions import action_label, action_table, plays_of
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.small_cells import table_without_small_cells
from tiercast.sources.scratch import scratch_folder
from tiercast.sources.workspace import workspace
from tiercast.verbs.export import export
from tiercast.verbs.list_summaries import ListSummary, lists

SHOWN = 20


def lists_page(visit: Visit) -> Response:
    """Return what to do with whom, and the lists that there are."""
    say = visit.say
    if visit.base.has_label:  # the overview has the plays
        return render(visit, "lists", plays=(), lists=summaries(visit).values(), actions=None)
    least = visit.base.config.report.small_cells
    table = visit.base.once(("actions", say.language), lambda inputs: action_table(inputs, say))
    actions = table and table_without_small_cells(table, least)
    shown = {"lists": summaries(visit).values(), "actions": actions}
    return render(visit, "lists", plays=play_labels(visit), **shown)


def play_labels(visit: Visit) -> list[tuple[str, str]]:
    """Return the plays that customers got, each with its action in words."""
    plays = plays_of(visit.base.inputs)
    return [(name, action_label(name, plays, visit.say)) for name in visit.base.actions]


def list_page(visit: Visit, name: str) -> Response:
    """Return the page of a list: its first customers.

    Raises
    ------
    Problem
        There is no such list.
    """
    wanted = _wanted(visit, name)
    rows = visit.base.once(("list", name), lambda _: _first(visit, wanted))
    found = summaries(visit)[name]
    return render(
        visit,
        "list",
        found=found,
        rows=rows,
        columns=columns_of(visit),
        formats=format_titles(visit),
    )


def list_file(visit: Visit, name: str) -> Response:
    """Return the file of a list."""
    return exported_file(visit, _wanted(visit, name))


def exported_file(
    visit: Visit,
    wanted: CustomerList,
    limit: int | None = None,
    budget: BudgetConfig | None = None,
) -> Response:
    """Return a list as a file in the format that the address names, and record the export.

    With a budget it holds the customers whose contact pays.

    Raises
    ------
    Problem
        There is no such format.
    """
    form = visit.parameters.get("format", "csv")
    formats = formats_of(visit.base.config.export_formats)
    if form not in formats:
        raise Problem(404, "app.problems.no_format", format=form)
    config, day, say = visit.base.config, visit.base.as_of, visit.say
    name = f"{config.name}-{wanted.name}-{day}.{formats[form].file}"
    with ExitStack() as opened:
        path = opened.enter_context(scratch_folder()) / name
        export(
            config.model_copy(update={"budget": budget}),
            wanted,
            day,
            limit=limit,
            within_budget=budget is not None,
            format=form,
            output=path,
            language=say.language,
        )
        return FileResponse(path, filename=name, background=BackgroundTask(opened.pop_all().close))


def summaries(visit: Visit) -> Mapping[str, ListSummary]:
    """Return the lists by name, with how many customers each holds."""

    def read(inputs: Inputs) -> Mapping[str, ListSummary]:
        found = lists(inputs.config, inputs.as_of, language=visit.say.language)
        return {one.name: one for one in found}

    return visit.base.once(("lists", visit.say.language), read)


def format_titles(visit: Visit) -> Mapping[str, str]:
    """Return the formats that the base has the columns for, with their titles."""
    base, language = visit.base, visit.say.language
    columns = [*base.inputs.base.columns, *base.inputs.scores.columns]
    found = formats_of(base.config.export_formats).values()
    fitting = [one for one in found if not missing_columns(one, columns)]
    return {one.name: one.title.in_language(language) for one in fitting}


def _wanted(visit: Visit, name: str) -> CustomerList:
    found = visit.base.config.customer_lists.get(name)
    if found is None:
        raise Problem(404, "app.problems.no_list", name=name)
    return found


def _first(visit: Visit, wanted: CustomerList) -> list[dict[str, object]]:
    config, day = visit.base.config, visit.base.as_of
    names = [column.name for column in columns_of(visit)]

    def read(_: str) -> list[dict[str, object]]:
        with workspace() as connection:
            table = ListBase.read(connection, config, day).table
            chosen = select(table, wanted, SHOWN).select(*names)
            rows: list[dict[str, object]] = chosen.to_pyarrow().to_pylist()
            return called_in_list(rows, config.report)

    return read_whole(config, day, read)
