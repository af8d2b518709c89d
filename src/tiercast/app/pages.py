"""From a template and a visit to a page."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.io import to_json
from starlette.responses import HTMLResponse

from tiercast.app.visit import Visit
from tiercast.formats import MISSING, ratio
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.report import script_safe
from tiercast.reporting.section import Chart, Section
from tiercast.reporting.segment_names import segment_label

# The pages of the menu, in the order of its questions; the first is the start.
PAGES: Mapping[str, str] = {
    "overview": "/",
    "tiers": "/tiers",
    "segments": "/segments",
    "growth": "/growth",
    "customers": "/customers",
    "lists": "/lists",
    "migration": "/migration",
    "campaign": "/campaign",
    "campaigns": "/campaigns",
    "model": "/model",
}
# A label table has no orders, hence no segments, moves and campaigns.
LABEL_PAGES = {name: PAGES[name] for name in ("overview", "tiers", "customers", "lists", "model")}


@cache
def templates() -> Environment:
    """Return the templates of the app and, by their names, those of the report."""
    loaders = [
        PackageLoader("tiercast.app", "templates"),
        PackageLoader("tiercast.reporting", "."),
    ]
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        pages=PAGES,
        ratio=ratio,
        missing=MISSING,
        segment_label=segment_label,
        figure_data=figure_data,
    )
    return made


def render(visit: Visit, template: str, **context: Any) -> HTMLResponse:
    """Return a page of a visit; `here` is its place in the menu, by default its template."""
    page = templates().get_template(f"{template}.html.jinja")
    shown = LABEL_PAGES if visit.base.has_label else PAGES
    always = {"visit": visit, "say": visit.say, "here": template, "pages": shown}
    return HTMLResponse(page.render(**{**always, **context}))


def render_problem(say: MessageCatalogue, status: int, text: str) -> HTMLResponse:
    """Return the page that says why there is no other."""
    page = templates().get_template("problem.html.jinja")
    return HTMLResponse(page.render(say=say, text=text), status_code=status)


def charts_of(sections: Sequence[Section]) -> list[Chart]:
    """Return the charts of some sections."""
    return [part for section in sections for part in section.parts if isinstance(part, Chart)]


def figure_data(chart: Chart) -> Markup:
    """Return a chart's figure as JSON, safe inside a script element."""
    return script_safe(str(to_json(chart.figure)))
