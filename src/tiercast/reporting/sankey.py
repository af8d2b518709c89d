"""A Sankey of moves between two days: bands as wide as customers, with their money."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.moves import GONE, NEW
from tiercast.reporting.theme import NOBODY, figure, plain, tier_colours

STAYED, ROSE, FELL = "rgba(154,165,177,0.35)", "rgba(27,95,168,0.55)", "rgba(180,84,10,0.55)"
COLOURS = {0: STAYED, 1: ROSE, -1: FELL}
HEIGHT = 440


def sankey(
    ways: pd.DataFrame,
    names: Sequence[str],
    labels: Mapping[str, str],
    direction: Callable[[str, str, Sequence[str]], int],
    say: MessageCatalogue,
) -> dict[str, Any]:
    """Return a figure: tiers then on the left, tiers now on the right, best first on either.

    `ways` has before, now, customers, expected_value_before and expected_value_now; `labels` are
    the words of tiers, of the new and the gone; `direction` says 1 for a rise and -1 for a fall.
    """
    left = [name for name in (*names, NEW) if name in set(ways["before"])]
    right = [name for name in (*names, GONE) if name in set(ways["now"])]
    colours = {**tier_colours(names), NEW: NOBODY, GONE: NOBODY}
    nodes = [_node(ways, name, labels[name], "before", say) for name in left]
    nodes += [_node(ways, name, labels[name], "now", say) for name in right]
    rows = ways.to_dict("records")
    trace = go.Sankey(
        arrangement="fixed",
        node={
            "label": nodes,
            "color": [colours[name] for name in (*left, *right)],
            "x": [0.001] * len(left) + [0.999] * len(right),
            "y": [*_heights(ways, left, "before"), *_heights(ways, right, "now")],
            "pad": 24,
            "thickness": 16,
            "line": {"width": 0},
            "hovertemplate": "%{label}<extra></extra>",
        },
        link={
            "source": [left.index(row["before"]) for row in rows],
            "target": [len(left) + right.index(row["now"]) for row in rows],
            "value": [int(row["customers"]) for row in rows],
            "color": [COLOURS[direction(row["before"], row["now"], names)] for row in rows],
            "customdata": [_words(row, labels, say) for row in rows],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
    )
    return figure([trace], height=HEIGHT, margin={"l": 8, "r": 8, "t": 16, "b": 28})


def _node(ways: pd.DataFrame, name: str, label: str, side: str, say: MessageCatalogue) -> str:
    rows = ways[ways[side] == name]
    customers = rows["customers"].sum()
    write = say.write.about(customers)
    counted = {NEW: "now", GONE: "before"}.get(name, side)  # the day on which they were scored
    return say(
        "migration.small_node" if name in (NEW, GONE) else "migration.node",
        tier=plain(label),
        customers=write.count(customers),
        money=write.total(rows[f"expected_value_{counted}"].sum()),
    )


def _heights(ways: pd.DataFrame, names: Sequence[str], side: str) -> list[float]:
    """Return the middle of each node from the top, in shares of the height."""
    sizes = [float(ways.loc[ways[side] == name, "customers"].sum()) for name in names]
    whole = sum(sizes) or 1.0
    middles = [(sum(sizes[:number]) + size / 2) / whole for number, size in enumerate(sizes)]
    return [min(max(middle, 0.001), 0.999) for middle in middles]


def _words(row: Mapping[Any, Any], labels: Mapping[str, str], say: MessageCatalogue) -> str:
    return say(
        "migration.hover",
        before=plain(labels[row["before"]]),
        now=plain(labels[row["now"]]),
        customers=say.write.count(row["customers"]),
        then_money=say.write.total(row["expected_value_before"]),
        now_money=say.write.total(row["expected_value_now"]),
    )
