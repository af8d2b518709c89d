"""The pages of a label table: the chapters of its report, its customers and its lists."""

from collections.abc import Callable, Mapping, Sequence

from starlette.responses import Response

from tiercast.app.customers import customers_file, customers_page
from tiercast.app.lists import lists_page
from tiercast.app.pages import charts_of, render
from tiercast.app.scored_base import SCORES, TABLE
from tiercast.app.versions import versions_table
from tiercast.app.visit import Problem, Visit
from tiercast.reporting.actions import how, plays_of
from tiercast.reporting.fairness import fairness_section
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.label_chapters import (
    overview_section,
    plays_section,
    risk_section,
    tiers_section,
)
from tiercast.reporting.label_drivers import drivers_section
from tiercast.reporting.label_quality import quality_section
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Section
from tiercast.reporting.small_cells import shown_sections
from tiercast.snapshots.one_customer import rows_of_customer

Chapter = Callable[[Inputs, MessageCatalogue], Section | None]
CHAPTERS: Mapping[str, Sequence[Chapter]] = {
    "overview": (overview_section, risk_section, drivers_section, plays_section),
    "tiers": (tiers_section,),
    "model": (quality_section, fairness_section),
}


def _page(name: str) -> Callable[[Visit], Response]:
    def page(visit: Visit) -> Response:
        def made(inputs: Inputs) -> list[Section]:
            chapters = (chapter(inputs, visit.say) for chapter in CHAPTERS[name])
            shown = [section for section in chapters if section is not None]
            return shown_sections(shown, visit.say)

        sections = visit.base.once((name, visit.say.language), made)
        versions = versions_table(visit) if name == "model" else None
        shown = {"sections": sections, "charts": charts_of(sections), "versions": versions}
        return render(visit, "label", here=name, **shown)

    return page


def label_customer_page(visit: Visit, customer_id: str) -> Response:
    """Return the page of a customer: risk, value, reasons, and what the table says.

    Raises
    ------
    Problem
        The customer is not in the scores.
    """
    with visit.base.cursor() as database:
        score, facts = (
            rows_of_customer(database.table(name), customer_id).limit(1).to_pyarrow().to_pylist()
            for name in (SCORES, TABLE)
        )
    if not (score and facts):
        day = visit.say.date(visit.base.as_of)
        raise Problem(404, "app.problems.no_customer", customer=customer_id, day=day)
    play = plays_of(visit.base.inputs)[str(score[0]["action_id"])]
    action = play.action.in_language(visit.say.language)
    profile = [(name, facts[0][name]) for name in visit.base.inputs.profile_columns]
    return render(
        visit,
        "label_customer",
        here="customers",
        score=score[0],
        facts=facts[0],
        profile=profile,
        action=(action, how(play, visit.base.inputs, visit.say)),
    )


LABEL_ROUTES: dict[str, Callable[[Visit], Response]] = {
    "/": _page("overview"),
    "/tiers": _page("tiers"),
    "/model": _page("model"),
    "/lists": lists_page,
    "/customers": customers_page,
    "/customers.csv": customers_file,
}
