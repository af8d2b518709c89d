"""Migration: who moved between two scored days, with what money, and what moved them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tiercast.formats import MISSING, Form
from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import (
    Card,
    Cards,
    Chart,
    Note,
    Part,
    Section,
    Table,
    common,
    measures,
)
from tiercast.reporting.segment_names import segment_label
from tiercast.reporting.stored_migration import StoredMigration
from tiercast.reporting.theme import SEQUENCE, STRONG, WARN, figure, wrapped

NEW, GONE = "new", "gone"
LARGEST = 10  # ways between segments that are shown
MONEY = ("expected_value_before", "expected_value_now", "revenue_between")


def migration_section(inputs: Inputs, say: MessageCatalogue) -> Section | None:
    """Return the chapter on migration; None where no days were compared."""
    found = inputs.migration
    if found is None:
        return None
    figures = found.summary["figures"]
    is_newest = found.now == inputs.as_of
    headline = say(
        "migration.headline" if is_newest else "migration.earlier",
        date=say.date(found.before),
        until=say.date(found.now),
        up=say.write.count(figures["moved_up"]),
        down=say.write.count(figures["moved_down"]),
        rate=_signed(figures["net_upward_rate"], say),
    )
    parts: list[Part] = [
        Cards(_cards(found, say)),
        _matrix(found, headline, say),
        _causes(found, say),
        Note(say("migration.split")),
        _money(found, say),
        _tiers(found, say),
        _segments(found, say),
    ]
    return Section("migration", say("migration.title"), headline, parts)


def _cards(found: StoredMigration, say: MessageCatalogue) -> list[Card]:
    figures = found.summary["figures"]
    new = found.tiers.loc[found.tiers["before"] == NEW, "customers"].sum()
    texts = {
        "rate": _signed(figures["net_upward_rate"], say),
        "up": say.write.count(figures["moved_up"]),
        "down": say.write.count(figures["moved_down"]),
        "new": say.write.count(new),
        "growth": _signed(figures["tiers"][0]["value_growth"], say),
        "retention": _share(figures["tiers"][0]["retention"], say),
    }
    best = say.label("tier", found.summary["tier_names"][0])
    return [Card(text, say(f"migration.cards.{name}", tier=best)) for name, text in texts.items()]


def _matrix(found: StoredMigration, finding: str, say: MessageCatalogue) -> Chart:
    names = found.summary["tier_names"]
    wide = found.tiers.pivot(index="before", columns="now", values="customers")
    rows, columns = [*names, NEW], [*names, GONE]
    counts = wide.reindex(index=rows, columns=columns).fillna(0)
    rows = [name for name in rows if counts.loc[name].sum()]
    columns = [name for name in columns if counts[name].sum()]
    return Chart(
        id="chart-migration",
        title=say("migration.chart"),
        figure=_heatmap(counts.loc[rows, columns], say),
        alt=say("migration.alt", finding=finding),
        reading=say("migration.reading"),
    )


def _heatmap(counts: pd.DataFrame, say: MessageCatalogue) -> dict[str, Any]:
    shares = counts.div(counts.sum(axis=1), axis=0)
    trace = go.Heatmap(
        z=shares.round(4).to_numpy().tolist(),
        x=[say("tiers.is_now", tier=_name(name, say)) for name in counts.columns],
        y=[wrapped(say("tiers.was", tier=_name(name, say))) for name in counts.index],
        text=[
            [_box(customers, share, say) for customers, share in zip(*row, strict=True)]
            for row in zip(counts.to_numpy().tolist(), shares.to_numpy().tolist(), strict=True)
        ],
        texttemplate="%{text}",
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
        colorscale=[list(stop) for stop in SEQUENCE],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
    )
    axis = {"type": "category", "showgrid": False, "showline": False, "ticks": ""}
    return figure(
        [trace],
        height=90 + 66 * len(counts),
        xaxis={**axis, "side": "top"},
        yaxis={**axis, "autorange": "reversed", "ticklabelstandoff": 6},
        margin={"t": 48},
    )


def _box(customers: float, share: float, say: MessageCatalogue) -> str:
    return f"<b>{say.write.count(customers)}</b><br>{say.write.share(share)}" if customers else ""


def _causes(found: StoredMigration, say: MessageCatalogue) -> Chart:
    causes = found.causes[found.causes["cause"] != "all"]
    moved = causes[(causes["customers_up"] + causes["customers_down"]) > 0]
    shown = moved if len(moved) else causes.head(1)
    labels = [wrapped(say(f"migration.causes.{name}")) for name in shown["cause"].tolist()]
    ways = (("customers_up", "up", STRONG, 1), ("customers_down", "down", WARN, -1))
    traces = [
        _bars((say(f"migration.{key}"), colour), labels, shown[column].tolist(), sign, say)
        for column, key, colour, sign in ways
    ]
    widest = max(1, int(shown[["customers_up", "customers_down"]].to_numpy().max()))
    title = say("migration.causes_chart")
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
    label: tuple[str, str],
    names: Sequence[str],
    values: list[int],
    sign: int,
    say: MessageCatalogue,
) -> go.Bar:
    name, colour = label
    return go.Bar(
        name=name,
        y=list(names),
        x=[sign * value for value in values],
        text=[say.write.count(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        orientation="h",
        marker={"color": colour},
        hovertemplate="%{y}: %{text}<extra>%{fullData.name}</extra>",
    )


def _money(found: StoredMigration, say: MessageCatalogue) -> Table:
    moved = found.tiers[found.tiers["before"] != found.tiers["now"]]
    return ways_table(say("migration.money"), moved, "tier", say)


def _segments(found: StoredMigration, say: MessageCatalogue) -> Table:
    moved = found.segments[found.segments["before"] != found.segments["now"]]
    largest = moved.sort_values("customers", ascending=False, kind="stable").head(LARGEST)
    return ways_table(say("migration.segments"), largest, "segment", say)


def ways_table(title: str, rows: pd.DataFrame, kind: str, say: MessageCatalogue) -> Table:
    """Return a row per way from one tier or segment to another: customers and their money.

    `kind` is `tier` or `segment`; columns of money that `rows` does not have are left out.
    """
    names = [
        say("migration.way", before=_name(before, say, kind), now=_name(now, say, kind))
        for before, now in zip(rows["before"], rows["now"], strict=True)
    ]
    money: dict[str, Form] = {name: "total" for name in MONEY if name in rows}
    columns = common(say, "customers") + measures(say, "migration.columns", **money)
    note = say("migration.money_note") if len(money) == len(MONEY) else ""
    return Table.of(title, rows, (say("migration.ways"), names), columns, note=note)


def _tiers(found: StoredMigration, say: MessageCatalogue) -> Table:
    rows = pd.DataFrame(found.summary["figures"]["tiers"])
    written: Mapping[str, Form] = {
        "customers_before": "count",
        "customers_now": "count",
        "expected_value_before": "total",
        "expected_value_now": "total",
        "value_growth": "signed_share",
        "retention": "share",
    }
    columns = measures(say, "migration.columns", **written)
    names = [_name(name, say) for name in rows["tier"].tolist()]
    note = say("migration.tiers_note")
    return Table.of(say("migration.tiers"), rows, (say("common.tier"), names), columns, note=note)


def _name(name: str, say: MessageCatalogue, kind: str = "tier") -> str:
    if name in (NEW, GONE):
        return say(f"migration.{name}")
    return segment_label(name, say) if kind == "segment" else say.label(kind, name)


def _signed(share: float | None, say: MessageCatalogue) -> str:
    return MISSING if share is None else say.write.signed_tenths(share)


def _share(share: float | None, say: MessageCatalogue) -> str:
    return MISSING if share is None else say.write.share(share)
