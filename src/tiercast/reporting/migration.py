"""Migration: who changed tier between two scored days, with what money, and what moved them."""

from collections.abc import Sequence

import pandas as pd

from tiercast.formats import Form, ratio
from tiercast.reporting.customer_ids import shown_ids
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.migration_causes import (
    MONEY,
    REVENUE,
    causes_of,
    way_between,
    way_name,
    ways_table,
)
from tiercast.reporting.moves import GONE, NEW, Moves
from tiercast.reporting.sankey import sankey
from tiercast.reporting.section import Card, Cards, Cell, Chart, Measure, Part, Section, Table
from tiercast.reporting.small_cells import smallest
from tiercast.reporting.stored_migration import StoredMigration

# A tier's columns: name, format, and the column that says how many customers it is about.
OF_TIER: Sequence[tuple[str, Form, str]] = (
    ("customers_before", "count", "customers_before"),
    ("customers_now", "count", "customers_now"),
    ("expected_value_before", "total", "customers_before"),
    ("expected_value_now", "total", "customers_now"),
    ("value_growth", "signed_share", "fewest"),
    ("retention", "share", "not_retained"),
)

# By whether there is a figure of those who moved up, and of those who moved down.
CHART_TITLES = {
    (True, True): "migration.chart",
    (True, False): "migration.chart_up",
    (False, True): "migration.chart_down",
    (False, False): "migration.chart_nobody",
}


def migration_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on migration; None where no two days can be compared.

    It shows the moves since the scored day before. A stored migration adds what moved customers;
    without scores to compare, it is shown for its own days.
    """
    moves, stored = inputs.moves or _of_stored(inputs.migration), inputs.migration
    if moves is None:
        return None
    names = inputs.tier_names if stored is None else tuple(stored.summary["tier_names"])
    names = inputs.tier_names if inputs.moves is not None else names
    same = stored is not None and (stored.before, stored.now) == (moves.before, moves.now)
    ways = _with_revenue(moves.ways, stored) if stored is not None and same else moves.ways
    parts: list[Part] = [
        Cards(_cards(ways, names, say)),
        _sankey_chart(ways, names, say),
        _tiers(ways, names, say),
        *_people(moves, inputs, say),
        *(causes_of(stored, say) if stored is not None and same else []),
    ]
    return Section(
        "migration", say("migration.title"), _headline(moves, ways, names, inputs, say), parts
    )


def _of_stored(stored: StoredMigration | None) -> Moves | None:
    if stored is None:
        return None
    nobody = pd.DataFrame()
    return Moves(stored.before, stored.now, stored.tiers, nobody, nobody)


def _with_revenue(ways: pd.DataFrame, stored: StoredMigration) -> pd.DataFrame:
    """Return the ways with the actual money between the days, which a stored migration knows."""
    keys = ["before", "now"]
    return ways.drop(columns=REVENUE, errors="ignore").merge(
        stored.tiers[[*keys, REVENUE]], on=keys, how="left"
    )


def direction(before: str, now: str, names: Sequence[str]) -> int:
    """Return 1 for a way to a better tier, -1 to a worse one, 0 for stayed, new or gone."""
    if before not in names or now not in names:
        return 0
    rank = list(names).index
    return (rank(before) > rank(now)) - (rank(before) < rank(now))


def _moved(ways: pd.DataFrame, names: Sequence[str], way: int) -> pd.DataFrame:
    pairs = zip(ways["before"], ways["now"], strict=True)
    return ways[[direction(*pair, names) == way for pair in pairs]]


def _headline(
    moves: Moves, ways: pd.DataFrame, names: Sequence[str], inputs: Inputs, say: MessageCatalogue
) -> str:
    up, down = (int(_moved(ways, names, way)["customers"].sum()) for way in (1, -1))
    both = ways[(ways["before"] != NEW) & (ways["now"] != GONE)]["customers"].sum()
    key = "migration.headline" if moves.now == inputs.as_of else "migration.earlier"
    rate = say.write.signed_tenths(ratio(up - down, both))
    return say(
        key if up or down else f"{key}_nobody",
        date=say.date(moves.before),
        until=say.date(moves.now),
        up=say.write.about(up).count(up),
        down=say.write.about(down).count(down),
        net=say("migration.net", rate=rate) if say.write.shows(smallest(up, down)) else "",
    )


def _cards(ways: pd.DataFrame, names: Sequence[str], say: MessageCatalogue) -> list[Card]:
    rows = {
        "up": _moved(ways, names, 1),
        "down": _moved(ways, names, -1),
        "new": ways[ways["before"] == NEW],
        "gone": ways[ways["now"] == GONE],
    }
    return [
        _card(name, found[["customers", *MONEY]].sum(), say)
        for name, found in rows.items()
        if name != "gone" or len(found)
    ]


def _card(name: str, sums: pd.Series, say: MessageCatalogue) -> Card:
    """Return how many customers moved in a way, with their money."""
    write = say.write.about(sums.customers)
    then, now = (write.total(sums[one]) for one in MONEY)
    detail = say(f"migration.cards.{name}_detail", then=then, now=now)
    return Card(write.count(sums.customers), say(f"migration.cards.{name}"), detail)


def _sankey_chart(ways: pd.DataFrame, names: Sequence[str], say: MessageCatalogue) -> Chart:
    up, down = (_moved(ways, names, way)[["customers", *MONEY]].sum() for way in (1, -1))
    shown = [one.customers > 0 and say.write.shows(one.customers) for one in (up, down)]
    title = say(
        CHART_TITLES[shown[0], shown[1]],
        up_then=say.write.total(up["expected_value_before"]),
        up_now=say.write.total(up["expected_value_now"]),
        down_then=say.write.total(down["expected_value_before"]),
        down_now=say.write.total(down["expected_value_now"]),
    )
    moved = ways[ways["before"] != ways["now"]]
    labels = {name: way_name(name, say) for name in {*ways["before"], *ways["now"]}}
    return Chart(
        id="chart-migration",
        title=title,
        figure=sankey(ways, names, labels, direction, say),
        groups=ways["customers"].tolist(),
        alt=say("migration.alt", finding=title),
        reading=say("migration.reading"),
        table=ways_table(say("migration.money"), moved, "tier", say),
    )


def _people(moves: Moves, inputs: Inputs, say: MessageCatalogue) -> list[Table]:
    """Return the customers who rose, and who fell, with most money; none where none did."""
    heads = [say("lists.columns.customer")]
    heads += [say(f"migration.columns.{name}") for name in MONEY]
    found = (("risen", moves.risen), ("fallen", moves.fallen))
    return [
        Table(
            say(f"migration.{name}.title"),
            heads,
            [
                [
                    Cell(customer, detail=way_between(row["before"], row["now"], "tier", say)),
                    *(Cell(say.write.money(row[money])) for money in MONEY),
                ]
                for customer, row in zip(
                    shown_ids(people["customer_id"].tolist(), inputs),
                    people.to_dict("records"),
                    strict=True,
                )
            ],
            note=say(f"migration.{name}.note"),
        )
        for name, people in found
        if len(people)
    ]


def _tiers(ways: pd.DataFrame, names: Sequence[str], say: MessageCatalogue) -> Table:
    rows = pd.DataFrame([_tier(ways, names, name) for name in names])
    columns = [
        Measure(say(f"migration.columns.{name}"), name, say.write.named(form), group)
        for name, form, group in OF_TIER
    ]
    labels = [way_name(name, say) for name in names]
    note = say("migration.tiers_note")
    return Table.of(say("migration.tiers"), rows, (say("common.tier"), labels), columns, note=note)


def _tier(ways: pd.DataFrame, names: Sequence[str], name: str) -> dict[str, float]:
    """Return customers and money of a tier on either day, their growth, and who was retained."""
    then, now = ways[ways["before"] == name], ways[ways["now"] == name]
    retained = then[then["now"].isin(list(names)[: list(names).index(name) + 1])]
    before = float(then["expected_value_before"].sum())
    value = float(now["expected_value_now"].sum())
    customers, after = int(then["customers"].sum()), int(now["customers"].sum())
    stayed = int(retained["customers"].sum())
    missing = float("nan")
    return {
        "customers_before": customers,
        "customers_now": after,
        "expected_value_before": before,
        "expected_value_now": value,
        "value_growth": (value - before) / before if before else missing,
        "retention": stayed / customers if customers else missing,
        "fewest": smallest(customers, after),
        "not_retained": smallest(stayed, customers - stayed),
    }
