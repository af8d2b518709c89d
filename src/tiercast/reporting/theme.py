"""How charts look: colours that stand apart without colour vision, and one quiet layout."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from tiercast.formats import Formats

INK = "#1c2733"
QUIET = "#5b6875"
LINE = "#dfe5ea"
PAPER = "#ffffff"  # what words in the empty boxes of a heat map have to stand out from
PALE = "#b4c1cd"  # the base: share of customers, chance, what is merely there
STRONG = "#1b5fa8"  # what matters: money, risk, the model
WARN = "#b4540a"
NOBODY = "#9aa5b1"  # the last tier
TIER_COLOURS = ("#1b5fa8", "#17958a", "#e2992f", "#8d5fb0", "#5d7f2e", "#c2557a")
SEQUENCE = ((0.0, "#f3f7fa"), (0.6, "#93bfe2"), (1.0, "#134a86"))
FONT = (
    "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans', sans-serif"
)
LABEL_WIDTH = 16  # characters that leave room for the bars on a telephone


def figure(traces: Sequence[Any], *, height: int, **layout: Any) -> dict[str, Any]:
    """Return a figure as plain data: the traces in the report's layout."""
    shown = go.Figure(data=list(traces), layout=base_layout(height))
    shown.update_layout(**layout)
    return shown.to_plotly_json()


def base_layout(height: int) -> dict[str, Any]:
    """Return what all charts share."""
    axis = {
        "gridcolor": LINE,
        "zeroline": False,
        "linecolor": LINE,
        "automargin": True,
        "fixedrange": True,
        "title": {"font": {"size": 13, "color": QUIET}, "standoff": 10},
    }
    return {
        "template": "none",
        "height": height,
        "margin": {"l": 8, "r": 16, "t": 36, "b": 8},
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": ".,",
        "dragmode": False,
        "hoverlabel": {"bgcolor": "#ffffff", "bordercolor": LINE, "font": {"color": INK}},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom"},
        "xaxis": axis,
        "yaxis": axis,
    }


def month_axis(tick: str) -> dict[str, object]:
    """Return an axis of months, of which a few are named in the form of `tick`."""
    ticks = {"type": "date", "tickformat": tick, "tickangle": 0}
    return {**ticks, "nticks": 7, "showgrid": False}


def money_ticks(write: Formats) -> dict[str, str]:
    """Return how an axis of money shows its numbers."""
    return {"tickformat": ",", "tickprefix": write.sign}


def tier_colours(names: Sequence[str]) -> dict[str, str]:
    """Return a colour for each tier, best first; the last one, nobody's order, is grey."""
    colours = [TIER_COLOURS[number % len(TIER_COLOURS)] for number in range(len(names) - 1)]
    return dict(zip(names, [*colours, NOBODY], strict=True))


def wrapped(label: str, width: int = LABEL_WIDTH) -> str:
    """Return an axis label broken into lines at its spaces, safe for Plotly.

    Examples
    --------
    >>> wrapped("Small basket few item buyers")
    'Small basket few<br>item buyers'
    """
    lines, line = [], ""
    for word in label.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join(plain(part) for part in [*lines, line])


def plain(text: str) -> str:
    """Return a text that Plotly shows as it is: it reads a few HTML tags in its labels.

    Examples
    --------
    >>> plain("<b>R&D</b>")
    '&lt;b&gt;R&amp;D&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
