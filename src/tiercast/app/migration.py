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
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Cell, Table

NEW, GONE = "new", "gone"


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
                value_then=then.expected_value,
            )
            now = now.select(
                id=now.customer_id.cast("string"), now=now.tier, value_now=now.expected_value
            )
            both = then.outer_join(now, "id")
            ways = both.group_by(before=both.before.fill_null(NEW), now=both.now.fill_null(GONE))
            return ways.aggregate(
                customers=both.count(),
                value_then=both.value_then.sum().fill_null(0.0),
                value_now=both.value_now.sum().fill_null(0.0),
            ).to_pandas()

    return read_whole(visit.base.config, before, read)


def _name(visit: Visit, tier: str) -> str:
    if tier in (NEW, GONE) and tier not in visit.base.tier_names:
        return visit.say(f"migration.{tier}")
    return visit.say.label("tier", tier)


def _matrix(visit: Visit, found: pd.DataFrame) -> Table:
    say, names = visit.say, visit.base.tier_names
    wide = found.pivot(index="before", columns="now", values="customers")
    counts = wide.reindex(index=[*names, NEW], columns=[*names, GONE]).fillna(0).astype("int64")
    rows = [
        [Cell(say("tiers.was", tier=_name(visit, before))), *_cells(counts, before, say)]
        for before in counts.index
    ]
    heads = [say("tiers.is_now", tier=_name(visit, now)) for now in counts.columns]
    note = say("tiers.moves_note")
    return Table(say("app.migration.matrix"), [say("tiers.moves_corner"), *heads], rows, note)


def _cells(counts: pd.DataFrame, before: str, say: MessageCatalogue) -> list[Cell]:
    names = list(counts.columns)
    found = []
    for place, now in enumerate(names):
        text = say.write.count(float(counts[now][before]))
        if before not in names or now == GONE:
            found.append(Cell(text))
        elif now == before:
            found.append(Cell(text, "same"))
        else:
            up = place < names.index(before)
            found.append(Cell(text, "higher", "▲") if up else Cell(text, "lower", "▼"))
    return found


def _money(visit: Visit, found: pd.DataFrame) -> Table:
    say = visit.say
    moved = found[found["before"] != found["now"]].sort_values(
        ["customers", "before", "now"], ascending=[False, True, True]
    )
    rows = [
        [
            Cell(
                say(
                    "migration.way",
                    before=_name(visit, row["before"]),
                    now=_name(visit, row["now"]),
                )
            ),
            Cell(say.write.count(row["customers"])),
            Cell(say.write.total(row["value_then"])),
            Cell(say.write.total(row["value_now"])),
        ]
        for row in moved.to_dict("records")
    ]
    columns = ("expected_value_before", "expected_value_now")
    heads = [say("common.customers"), *(say(f"migration.columns.{name}") for name in columns)]
    return Table(say("migration.money"), [say("migration.ways"), *heads], rows)
