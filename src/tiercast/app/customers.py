"""The page of customers: search, filter, sort, page, download."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response, StreamingResponse

from tiercast.app.columns import Sort, columns_of, sort_of
from tiercast.app.csv_rows import csv_lines
from tiercast.app.filters import PROFILE, Filters, whole
from tiercast.app.lists import play_labels
from tiercast.app.pages import render
from tiercast.app.scored_base import TABLE
from tiercast.app.visit import Visit, address
from tiercast.reporting.segment_names import segment_label

ROWS = 50
MONEY = ("expected_value", "value_at_stake")


@dataclass(frozen=True)
class FoundCustomers:
    """A page of the customers that filters leave, and the sums over all of them."""

    rows: Sequence[dict[str, Any]]
    customers: int
    leaving: float
    expected_value: float
    value_at_stake: float
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, math.ceil(self.customers / ROWS))


def customers_page(visit: Visit) -> Response:
    """Return the page of customers."""
    filters, sort = _asked(visit)
    found = _find(visit, filters, sort)
    context = {"found": found, "filters": filters, "sort": sort, "columns": columns_of(visit)}
    return render(visit, "customers", **context, **_choices(visit))


def customers_file(visit: Visit) -> Response:
    """Return all customers that the filters leave, as CSV."""
    filters, sort = _asked(visit)
    names = [*(column.name for column in columns_of(visit)), "action"]
    headings = [visit.say(f"app.columns.{name}") for name in names]

    def lines() -> Any:
        with visit.base.cursor() as database:
            rows = sort.apply(filters.apply(database.table(TABLE)))
            yield from csv_lines(rows.select(*names), headings)

    name = f"{visit.base.config.name}-{visit.base.as_of}.csv"
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=download(name))


def download(name: str) -> dict[str, str]:
    """Return the headers that make a browser save a response; the name is plain ASCII."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _choices(visit: Visit) -> dict[str, Any]:
    """Return what the form offers: stored names with their words."""
    say, base = visit.say, visit.base
    return {
        "tiers": [(name, say.label("tier", name)) for name in base.tier_names],
        "segments": [(name, segment_label(name, say)) for name in base.segments],
        "stages": [(name, say.label("stage", name)) for name in base.stages],
        "actions": play_labels(visit),
        "usage": {
            name: [(word, say.label(name, word)) for word in words]
            for name, words in base.usage.items()
            if words
        },
        "profiles": {
            name: [(word, word) for word in words] for name, words in base.profiles.items()
        },
        "profile_given": any(name.startswith(PROFILE) for name in visit.parameters),
        "download": address("/customers.csv", {**visit.parameters, "page": ""}),
    }


def _asked(visit: Visit) -> tuple[Filters, Sort]:
    given = visit.parameters
    inputs = visit.base.inputs
    filters = Filters.of(given, inputs.base.columns, inputs.profile_columns)
    return filters, sort_of(visit)


def _find(visit: Visit, filters: Filters, sort: Sort) -> FoundCustomers:
    wanted = whole(visit.parameters, "page", 1)
    with visit.base.cursor() as database:
        chosen = filters.apply(database.table(TABLE))
        money = [name for name in MONEY if name in chosen.columns]
        sums = chosen.aggregate(
            customers=chosen.count(),
            leaving=chosen.churn_probability.sum().fill_null(0.0),
            **{name: chosen[name].sum().fill_null(0.0) for name in money},
        ).to_pyarrow()
        totals = {**dict.fromkeys(MONEY, 0.0), **sums.to_pylist()[0]}
        page = min(wanted, max(1, math.ceil(totals["customers"] / ROWS)))
        shown = sort.apply(chosen).select(*(column.name for column in columns_of(visit)))
        rows = shown.limit(ROWS, offset=(page - 1) * ROWS).to_pyarrow().to_pylist()
    return FoundCustomers(rows, **totals, page=page)
