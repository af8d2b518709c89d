"""How past forecasts turned out, in pictures: stated against actual risks, and value found."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_forecasts import GAIN_AT, calibration_gap, gain_at
from tiercast.reporting.section import Chart, Measure, Table, measures
from tiercast.reporting.theme import INK, PALE, QUIET, STRONG, WARN, figure


def calibration_chart(bins: pd.DataFrame, say: MessageCatalogue) -> Chart:
    """Return the chart of stated against realised risk, from `calibration`."""
    title = say("quality.calibration.title", gap=f"{100 * calibration_gap(bins):.1f}")
    axis = {"range": [-0.03, 1.03], "tickformat": ".0%", "dtick": 0.2}
    return Chart(
        id="chart-calibration",
        title=title,
        figure=figure(
            [_ideal_line(say), _stated_line(bins, say)],
            height=420,
            xaxis={**axis, "title": {"text": say("quality.calibration.x")}},
            yaxis={**axis, "title": {"text": say("quality.calibration.y")}},
        ),
        alt=say("quality.calibration.alt", finding=title),
        reading=say("quality.calibration.reading"),
        table=_calibration_table(title, bins, say),
        half=True,
    )


def _ideal_line(say: MessageCatalogue) -> go.Scatter:
    return go.Scatter(
        name=say("quality.calibration.ideal"),
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": PALE, "width": 2, "dash": "dash"},
        hoverinfo="skip",
    )


def _stated_line(bins: pd.DataFrame, say: MessageCatalogue) -> go.Scatter:
    stated, realised = bins["stated"].tolist(), bins["realised"].tolist()
    return go.Scatter(
        name=say("quality.calibration.model"),
        x=np.round(stated, 4).tolist(),
        y=np.round(realised, 4).tolist(),
        customdata=[
            [say.write.share(a), say.write.share(b)] for a, b in zip(stated, realised, strict=True)
        ],
        mode="lines+markers",
        line={"color": STRONG, "width": 2},
        marker={"size": 9},
        hovertemplate=say("quality.calibration.hover") + "<extra></extra>",
    )


def gain_chart(curve: pd.DataFrame, say: MessageCatalogue) -> Chart:
    """Return the chart of value found along the list, from `gain_curve`."""
    found, perfect = gain_at(curve)
    texts = {"reached": say.write.share(GAIN_AT), "found": say.write.share(found)}
    title = say("quality.gain.title", **texts)
    chance = curve.assign(chance=curve["reached"])
    lines = [
        _line(chance, "perfect", PALE, "dash", say),
        _line(chance, "model", STRONG, "solid", say),
        _line(chance, "chance", WARN, "dot", say),
    ]
    axis = {"range": [0, 1.02], "tickformat": ".0%", "dtick": 0.2}
    return Chart(
        id="chart-gain",
        title=title,
        figure=figure(
            lines,
            height=420,
            xaxis={**axis, "title": {"text": say("quality.gain.x")}},
            yaxis={**axis, "title": {"text": say("quality.gain.y")}},
            annotations=[_callout(found, say("quality.gain.callout", **texts))],
        ),
        alt=say("quality.gain.alt", finding=title),
        reading=say("quality.gain.reading", perfect=say.write.share(perfect), **texts),
        table=_gain_table(title, curve, say),
        half=True,
    )


def _line(
    curve: pd.DataFrame, name: str, colour: str, dash: str, say: MessageCatalogue
) -> go.Scatter:
    texts = [
        [say.write.share(a), say.write.share(b)]
        for a, b in zip(curve["reached"], curve[name], strict=True)
    ]
    return go.Scatter(
        name=say(f"quality.gain.{name}"),
        x=curve["reached"].round(4).tolist(),
        y=curve[name].round(4).tolist(),
        customdata=texts,
        mode="lines",
        line={"color": colour, "dash": dash, "width": 3 if dash == "solid" else 2},
        hovertemplate=say("quality.gain.hover") + "<extra>%{fullData.name}</extra>",
    )


def _callout(found: float, text: str) -> dict[str, Any]:
    return {
        "x": GAIN_AT,
        "y": round(found, 4),
        "text": text,
        "ax": 70,
        "ay": 44,
        "arrowcolor": QUIET,
        "font": {"color": INK},
        "bgcolor": "rgba(255,255,255,0.85)",
    }


def _calibration_table(title: str, bins: pd.DataFrame, say: MessageCatalogue) -> Table:
    columns = (
        Measure(say("quality.calibration.y"), "realised", say.write.share),
        Measure(say("common.forecasts"), "customers", say.write.count),
    )
    stated = [say.write.share(value) for value in bins["stated"].tolist()]
    return Table.of(title, bins, (say("quality.calibration.x"), stated), columns)


def _gain_table(title: str, curve: pd.DataFrame, say: MessageCatalogue) -> Table:
    tenths = curve.iloc[:: (len(curve) - 1) // 10]
    columns = measures(say, "quality.gain", model="share", perfect="share")
    reached = [say.write.share(value) for value in tenths["reached"].tolist()]
    return Table.of(title, tenths, (say("quality.gain.x"), reached), columns)
