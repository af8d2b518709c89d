"""What moved customers between two days: causes of a change of tier, and ways between segments."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from tiercast.formats import Form
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.moves import GONE, NEW
from tiercast.reporting.section import Chart, Note, Part, Table, common, measures
from tiercast.reporting.segment_names import segment_label
from tiercast.reporting.stored_migration import StoredMigration
from tiercast.reporting.theme import STRONG, WARN, figure, wrapped

MONEY = ("expected_value_before", "expected_value_now")
REVENUE = "revenue_between"


LARGEST = 10  # ways between segments that are shown


def causes_of(stored: StoredMigration, say: MessageCatalogue) -> list[Part]:
    """Return the causes as a chart, and the largest ways between segments as a table.

    Causes that moved nobody are left out.
    """
    causes = stored.causes[stored.causes["cause"] != "all"]
    moved = causes[(causes["customers_up"] + causes["customers_down"]) > 0]
    segments = _segments(stored, say)
    if moved.empty:
        return [segments]
    return [_causes(moved, say), Note(say("migration.split")), segments]


def _causes(shown: pd.DataFrame, say: MessageCatalogue) -> Chart:
    labels = [wrapped(say(f"migration.causes.{name}")) for name in shown["cause"].tolist()]
    ways = (("customers_up", "up", STRONG, 1), ("customers_down", "down", WARN, -1))
    traces = [
        _bars(say(f"migration.{key}"), labels, shown[column].tolist(), (colour, sign), say)
        for column, key, colour, sign in ways
    ]
    widest = max(1, int(shown[["customers_up", "customers_down"]].to_numpy().max()))
    moved_by = (shown["customers_up"] + shown["customers_down"]).to_numpy()
    largest = shown.iloc[int(moved_by.argmax())]
    title = say(
        "migration.causes_chart",
        cause=say(f"migration.causes.{largest.cause}"),
        up=say.write.about(largest.customers_up).count(largest.customers_up),
        down=say.write.about(largest.customers_down).count(largest.customers_down),
    )
    return Chart(
        id="chart-migration-causes",
        title=title,
        figure=figure(
            traces,
            height=80 + 56 * len(labels),
            barmode="relative",
            bargap=0.4,
            xaxis={"visible": False, "range": [-1.25 * widest, 1.25 * widest]},
            yaxis={"autorange": "reversed", "showgrid": False, "ticklabelstandoff": 6},
        ),
        alt=title,
        reading=say("migration.causes_reading"),
    )


def _bars(
    name: str,
    labels: Sequence[str],
    values: list[int],
    way: tuple[str, int],
    say: MessageCatalogue,
) -> go.Bar:
    colour, sign = way
    return go.Bar(
        name=name,
        y=list(labels),
        x=[sign * value if say.write.shows(value) else None for value in values],
        text=[say.write.about(value).count(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        orientation="h",
        marker={"color": colour},
        hovertemplate="%{y}: %{text}<extra>%{fullData.name}</extra>",
    )


def _segments(stored: StoredMigration, say: MessageCatalogue) -> Table:
    moved = stored.segments[stored.segments["before"] != stored.segments["now"]]
    largest = moved.sort_values("customers", ascending=False, kind="stable").head(LARGEST)
    return ways_table(say("migration.segments"), largest, "segment", say)


def ways_table(title: str, rows: pd.DataFrame, kind: str, say: MessageCatalogue) -> Table:
    """Return a row per way from one tier or segment to another: customers and their money.

    `kind` is `tier` or `segment`; the actual money is shown where `rows` has it.
    """
    names = [
        way_between(before, now, kind, say)
        for before, now in zip(rows["before"], rows["now"], strict=True)
    ]
    money: dict[str, Form] = {name: "total" for name in (*MONEY, REVENUE) if name in rows}
    columns = common(say, "customers") + measures(say, "migration.columns", **money)
    note = say("migration.money_note" if REVENUE in rows else "migration.expected_note")
    return Table.of(title, rows, (say("migration.ways"), names), columns, note=note)


def way_between(before: str, now: str, kind: str, say: MessageCatalogue) -> str:
    """Return a way in words, such as `Top → General`."""
    return say("migration.way", before=way_name(before, say, kind), now=way_name(now, say, kind))


def way_name(name: str, say: MessageCatalogue, kind: str = "tier") -> str:
    """Return a tier or segment, or the new or the gone, in words."""
    if name in (NEW, GONE):
        return say(f"migration.{name}")
    return segment_label(name, say) if kind == "segment" else say.label(kind, name)
