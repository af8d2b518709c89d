"""One customer's orders, contacts and churn risk over time, as a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Chart
from tiercast.reporting.theme import INK, STRONG, WARN, figure, money_ticks

Rows = Sequence[Mapping[str, Any]]
RISK_AXIS = {
    "overlaying": "y",
    "side": "right",
    "range": [0, 1.05],
    "tickmode": "linear",
    "dtick": 0.25,
    "tickformat": ".0%",
    "automargin": True,
    "showgrid": False,
    "fixedrange": True,
}


@dataclass(frozen=True)
class PastScore:
    """A customer's scores of one day, and the tier before where it changed."""

    row: Mapping[str, Any]
    changed_from: str = ""


def timeline_chart(
    say: MessageCatalogue, orders: Rows, contacts: Rows, past: Sequence[PastScore]
) -> Chart:
    """Return money per order day, the days of contacts, and the churn risk of scored days."""
    traces = [_orders(say, orders), _risk(say, past)]
    if contacts:
        traces.append(_contacts(say, contacts))
    counts = {"days": len(orders), "contacts": len(contacts)}
    return Chart(
        "chart-timeline",
        say("app.customer.timeline"),
        figure(
            traces,
            height=320,
            xaxis={"type": "date", "tickformat": say("new_returning.tick"), "tickangle": 0},
            yaxis={"rangemode": "tozero", **money_ticks(say.write)},
            yaxis2=RISK_AXIS,
        ),
        say("app.customer.timeline_alt", **{k: say.write.count(n) for k, n in counts.items()}),
        say("app.customer.timeline_reading"),
    )


def _orders(say: MessageCatalogue, orders: Rows) -> go.Bar:
    return go.Bar(
        name=say("app.customer.orders"),
        x=[str(row["ordered_on"]) for row in orders],
        y=[round(float(row["spent"] or 0.0), 2) for row in orders],
        marker={"color": STRONG, "line": {"color": STRONG, "width": 1}},
        hovertemplate="%{x}: %{y:,.2f}<extra></extra>",
    )


def _risk(say: MessageCatalogue, past: Sequence[PastScore]) -> go.Scatter:
    return go.Scatter(
        name=say("app.columns.churn_probability"),
        x=[str(one.row["as_of"]) for one in past],
        y=[float(one.row["churn_probability"]) for one in past],
        yaxis="y2",
        mode="lines+markers",
        line={"color": WARN, "dash": "dot"},
        marker={"color": WARN, "size": 9, "symbol": "diamond"},
        cliponaxis=False,
        hovertemplate="%{x}: %{y:.0%}<extra></extra>",
    )


def _contacts(say: MessageCatalogue, contacts: Rows) -> go.Scatter:
    return go.Scatter(
        name=say("app.customer.contacts"),
        x=[str(row["contacted_on"]) for row in contacts],
        y=[0.0] * len(contacts),
        mode="markers",
        marker={"color": INK, "size": 9, "symbol": "triangle-up"},
        cliponaxis=False,
        hovertemplate="%{x}<extra></extra>",
    )
