"""Charts of measured campaigns: effects on money, and the profit as it adds up."""

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tiercast.reporting.campaign_words import between, row_name, with_interval
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.section import Chart
from tiercast.reporting.theme import QUIET, STRONG, figure, money_ticks, wrapped

ROW_HEIGHT, HEIGHT = 44, 150  # of the chart of effects, in pixels: by arm, and for axis and title


def campaign_charts(ledger: pd.DataFrame, say: MessageCatalogue) -> list[Chart]:
    """Return the chart of effects on money, and of the cumulative profit of several rows."""
    seen, paid = ledger[ledger["effect"].notna()], ledger[ledger["profit"].notna()]
    found = [_effects(seen, ledger, say)] if len(seen) else []
    return found + ([_cumulative(paid, ledger, say)] if len(paid) > 1 else [])


def _effects(seen: pd.DataFrame, ledger: pd.DataFrame, say: MessageCatalogue) -> Chart:
    rows = seen.to_dict("records")
    sure = sum(row["low"] > 0 or row["high"] < 0 for row in rows)
    best = max(rows, key=lambda row: row["effect"])
    title = say(
        "campaigns.effects.title",
        sure=say.write.count(sure),
        all=say.write.count(len(rows)),
        best=row_name(best, ledger),
        effect=say.write.money(best["effect"]),
        between=between(best["low"], best["high"], say.write.money, say),
    )
    texts = [with_interval(row, ("effect", "low", "high"), say.write.money, say) for row in rows]
    names = [wrapped(row_name(row, ledger)) for row in rows]
    points = go.Scatter(
        x=seen["effect"].round(4).tolist(),
        y=names,
        customdata=[[text] for text in texts],
        mode="markers",
        marker={"size": 11, "color": STRONG},
        error_x=_bars(seen, "effect", "low", "high"),
        hovertemplate="%{y}<br>%{customdata[0]}<extra></extra>",
    )
    return Chart(
        id="chart-campaign-effects",
        title=title,
        figure=figure(
            [points],
            height=HEIGHT + ROW_HEIGHT * len(rows),
            xaxis={
                **money_ticks(say.write),
                **{"zeroline": True, "zerolinecolor": QUIET, "rangemode": "tozero"},
                "title": {"text": say("campaigns.effects.x")},
            },
            yaxis={"autorange": "reversed", "type": "category"},
            showlegend=False,
        ),
        alt=title,
        reading=say("campaigns.effects.reading"),
        half=True,
    )


def _bars(rows: pd.DataFrame, value: str, low: str, high: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": (rows[high] - rows[value]).round(4).tolist(),
        "arrayminus": (rows[value] - rows[low]).round(4).tolist(),
        "color": STRONG,
        "thickness": 2,
        "width": 6,
    }


def _cumulative(paid: pd.DataFrame, ledger: pd.DataFrame, say: MessageCatalogue) -> Chart:
    rows, names = paid.to_dict("records"), ("cumulative", "cumulative_low", "cumulative_high")
    first, last = rows[0], rows[-1]
    title = say(
        "campaigns.cumulative.title",
        name=row_name(last, ledger),
        total=say.write.total(last["cumulative"]),
        between=between(last[names[1]], last[names[2]], say.write.total, say),
        first=say.write.total(first["cumulative"]),
    )
    line = go.Scatter(
        x=[wrapped(row_name(row, ledger)) for row in rows],
        y=paid["cumulative"].round(2).tolist(),
        customdata=[[with_interval(row, names, say.write.total, say)] for row in rows],
        mode="lines+markers",
        line={"color": STRONG, "width": 2},
        marker={"size": 9},
        error_y=_bars(paid, *names),
        hovertemplate="%{x}<br>%{customdata[0]}<extra></extra>",
    )
    return Chart(
        id="chart-campaign-profit",
        title=title,
        figure=figure(
            [line],
            height=HEIGHT + ROW_HEIGHT * len(rows) if len(rows) > 4 else 330,
            xaxis={"type": "category", "title": {"text": say("campaigns.cumulative.x")}},
            yaxis={
                **money_ticks(say.write),
                **{"zeroline": True, "zerolinecolor": QUIET, "rangemode": "tozero"},
                "title": {"text": say("campaigns.cumulative.y")},
            },
            showlegend=False,
        ),
        alt=title,
        reading=say("campaigns.cumulative.reading"),
        half=True,
    )
