"""The page of measured campaigns: the report's chapter, and the ledger as a file."""

from dataclasses import replace

from starlette.responses import Response

from tiercast.app.csv_rows import csv_text
from tiercast.app.customers import download
from tiercast.app.pages import charts_of, render
from tiercast.app.visit import Visit
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.measured.ledger import COLUMNS, ledger_of
from tiercast.measured.records import read_measured
from tiercast.reporting.campaigns import campaigns_section, known_campaigns
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.small_cells import shown_sections

OF_ARMS = COLUMNS[COLUMNS.index("cost") :]  # figures about the customers of an arm


def campaigns_page(visit: Visit) -> Response:
    """Return what campaigns changed and earned, those that were over by the page's day."""
    inputs = _inputs(visit)
    made = campaigns_section(inputs, visit.say)
    sections = shown_sections([made] if made else [], visit.say)
    later = len(inputs.measured) - len(known_campaigns(inputs))
    return render(visit, "campaigns", sections=sections, charts=charts_of(sections), later=later)


def campaigns_file(visit: Visit) -> Response:
    """Return the ledger as CSV, without figures of small arms."""
    inputs = _inputs(visit)
    rows = ledger_of(known_campaigns(inputs)).astype(object)
    least = inputs.config.report.small_cells
    small = rows["n"] < least
    rows.loc[small, list(OF_ARMS)] = None
    rows.loc[small, "n"] = f"<{least}"
    cells = rows.where(rows.notna(), None).to_numpy().tolist()
    body = csv_text(cells, [visit.say(f"campaigns.columns.{name}") for name in COLUMNS])
    name = f"{visit.base.config.name}-campaigns-{visit.base.as_of}.csv"
    return Response(body, media_type="text/csv; charset=utf-8", headers=download(name))


def _inputs(visit: Visit) -> Inputs:
    """Return the day's inputs with what is measured by now: that changes without a scoring."""
    measured = read_measured(OutputFolder.of(visit.base.config))
    return replace(visit.base.inputs, measured=measured)
