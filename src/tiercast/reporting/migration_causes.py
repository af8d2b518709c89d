"""What moved customers between two days: causes of a change of tier, and ways between segments."""

from collections.abc import Sequence

import plotly.graph_objects as go

from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Chart, Note, Part, Table
from tiercast.reporting.stored_migration import StoredMigration
from tiercast.reporting.theme import STRONG, WARN, figure, wrapped
from tiercast.reporting.ways import ways_table

LARGEST = 10  # ways between segments that are shown


def causes_of(stored: StoredMigration, say: MessageCatalogue) -> list[Part]:
    """Return the causes as a chart, and the largest ways between segments as a table."""
    return [_causes(stored, say), Note(say("migration.split")), _segments(stored, say)]


def _causes(stored: StoredMigration, say: MessageCatalogue) -> Chart:
    causes = stored.causes[stored.causes["cause"] != "all"]
    moved = causes[(causes["customers_up"] + causes["customers_down"]) > 0]
    shown = moved if len(moved) else causes.head(1)
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
