"""Paired bars: who they are (share of customers) beside what they bring (share of value)."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tiercast.formats import Formats
from tiercast.reporting.theme import PALE, QUIET, STRONG, figure, wrapped

ROW_HEIGHT = 52


def share_bars(
    labels: Sequence[str], groups: Sequence[tuple[str, Sequence[float]]], write: Formats
) -> dict[str, Any]:
    """Return a figure of two horizontal bars for each label, first label on top.

    Parameters
    ----------
    labels
        Names of the rows.
    groups
        Name and shares (of 1) of the first, pale, and the second, strong bar.
    write
        How the shares are written beside their bars.
    """
    names = [wrapped(label) for label in labels]
    traces = [
        _bars(name, names, [(share, write.share(float(share))) for share in shares], colour)
        for (name, shares), colour in zip(groups, (PALE, STRONG), strict=True)
    ]
    widest = max((max(shares, default=0.0) for _, shares in groups), default=0.0)
    return figure(
        traces,
        height=64 + ROW_HEIGHT * len(names),
        barmode="group",
        bargap=0.32,
        bargroupgap=0.06,
        xaxis={"visible": False, "range": [0, (widest or 1.0) * 1.2]},
        yaxis={
            "autorange": "reversed",
            "showgrid": False,
            "showline": False,
            "ticklabelstandoff": 6,
        },
    )


def _bars(
    name: str, labels: Sequence[str], shares: Sequence[tuple[float, str]], colour: str
) -> go.Bar:
    return go.Bar(
        name=name,
        y=list(labels),
        x=[round(float(value), 4) for value, _ in shares],
        text=[text for _, text in shares],
        textposition="outside",
        textfont={"color": QUIET if colour == PALE else colour},
        cliponaxis=False,
        orientation="h",
        marker={"color": colour},
        hovertemplate="%{y}: %{text}<extra>%{fullData.name}</extra>",
    )


def with_shares(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return the table with `<column>_share` of each column's sum; 0 where the sum is not > 0.

    Examples
    --------
    >>> with_shares(pd.DataFrame({"n": [3, 1]}), ["n"])["n_share"].tolist()
    [0.75, 0.25]
    """
    sums = {name: float(table[name].sum()) for name in columns}
    added = {
        f"{name}_share": table[name] / whole if whole > 0 else 0.0 for name, whole in sums.items()
    }
    return table.assign(**added)
