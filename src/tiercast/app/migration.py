"""The page of migration: customers by tier on two scored days, with their money."""

import datetime as dt
from collections.abc import Sequence

import pandas as pd
from starlette.responses import Response

from tiercast.app.pages import render
from tiercast.app.scored_base import TABLE
from tiercast.app.visit import Problem, Visit
from tiercast.app.whole_day import identity_of, listed_parts, read_whole
from tiercast.artifacts.dataset import rows_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.reporting.matrix import matrix_table
from tiercast.reporting.migration import ways_table
from tiercast.reporting.moves import GONE, NEW
from tiercast.reporting.section import Table


def migration_page(visit: Visit) -> Response:
    """Return who changed tier from an earlier day to the page's."""
    days = _comparable(visit)
    if not days:
        return render(visit, "migration", earlier=[], before=None, tables=[])
    before = _chosen(visit, days)
    identity = identity_of(visit.base.config, before)
    found = visit.base.once(("moves", identity), lambda _: _moves(visit, before))
    tables = [_matrix(visit, found), _money(visit, found)]
    return render(visit, "migration", earlier=days[::-1], before=before, tables=tables)


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


def _moves(visit: Visit, before: dt.date) -> pd.DataFrame:
    """Return a row per tier then and tier now: customers, expected value then and now."""
    folder = OutputFolder.of(visit.base.config).scores(before)

    def read(_: str) -> pd.DataFrame:
        with visit.base.cursor() as database:
            then, now = rows_of(database, listed_parts(folder)), database.table(TABLE)
            then = then.select(
                id=then.customer_id.cast("string"),
                before=then.tier,
                expected_value_before=then.expected_value,
            )
            now = now.select(
                id=now.customer_id.cast("string"),
                now=now.tier,
                expected_value_now=now.expected_value,
            )
            both = then.outer_join(now, "id")
            ways = both.group_by(before=both.before.fill_null(NEW), now=both.now.fill_null(GONE))
            return ways.aggregate(
                customers=both.count(),
                expected_value_before=both.expected_value_before.sum().fill_null(0.0),
                expected_value_now=both.expected_value_now.sum().fill_null(0.0),
            ).to_pandas()

    return read_whole(visit.base.config, before, read)


def _matrix(visit: Visit, found: pd.DataFrame) -> Table:
    names = visit.base.tier_names
    wide = found.pivot(index="before", columns="now", values="customers")
    counts = wide.reindex(index=[*names, NEW], columns=[*names, GONE]).fillna(0).astype("int64")
    return matrix_table(visit.say("app.migration.matrix"), counts, visit.say)


def _money(visit: Visit, found: pd.DataFrame) -> Table:
    order = ["customers", "before", "now"]
    moved = found[found["before"] != found["now"]].sort_values(
        order, ascending=[False, True, True]
    )
    return ways_table(visit.say("migration.money"), moved, "tier", visit.say)
