"""Pictures of what moves churn risks: mean size of the Shapley values, and their spread."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from plotly import graph_objects as go

from tiercast.modeling.tiered_model import TieredModel

CUSTOMERS = 1_000  # drawn by chance: more would change no picture
SHOWN = 15  # features
SPREAD = 0.35  # by how much a point may lie above or below its feature's line
EFFECT = "effect on the log odds of no order"


@dataclass(frozen=True)
class Explained:
    """Shapley values of some customers, and the features' own values, row for row."""

    values: pd.DataFrame
    features: pd.DataFrame

    def importance(self) -> pd.DataFrame:
        """Return each column's mean absolute Shapley value, largest first."""
        sizes = self.values.abs().mean().sort_values(ascending=False, kind="stable")
        return sizes.rename_axis("feature").rename("mean_abs_shap").reset_index()


def explained(model: TieredModel, current: pd.DataFrame, seed: int) -> Explained:
    """Return the Shapley values of a seeded sample of the base as it stands."""
    sample = current.sample(min(len(current), CUSTOMERS), random_state=seed)
    values, _ = model.shap_values(sample)
    return Explained(values, sample)


def shap_figures(found: Explained) -> dict[str, go.Figure]:
    """Return the figures by title."""
    return {
        "What moves churn risks: mean |SHAP|": importance_bar(found),
        "Each customer's effects (SHAP), coloured by the feature's value": summary(found),
    }


def importance_bar(found: Explained) -> go.Figure:
    """Return the columns of the largest mean size as bars."""
    top = found.importance().head(SHOWN).iloc[::-1]
    figure = go.Figure(go.Bar(x=top["mean_abs_shap"], y=top["feature"], orientation="h"))
    return figure.update_layout(xaxis_title=f"mean size of the {EFFECT}", height=600)


def summary(found: Explained) -> go.Figure:
    """Return a point per customer and feature: right of 0 it raises the risk.

    Colours go from the feature's lowest value (0) to its highest (1) by rank; a missing
    number lies in the middle, and what is no number is grey.
    """
    names = list(found.importance().head(SHOWN)["feature"])[::-1]
    figure = go.Figure()
    for line, name in enumerate(names):
        figure.add_scatter(**_points(found, str(name), line), mode="markers", showlegend=False)
    ticks = {"tickvals": list(range(len(names))), "ticktext": names}
    return figure.update_layout(xaxis_title=EFFECT, yaxis=ticks, height=700)


def _points(found: Explained, name: str, line: int) -> dict[str, object]:
    effects = found.values[name].to_numpy()
    # Spread by a golden-ratio sequence along the order of effects: alike at every drawing.
    place = np.empty(len(effects))
    place[np.argsort(effects, kind="stable")] = np.arange(len(effects)) * 0.618034 % 1
    marker = {"size": 4, "color": _ranks(found.features, name), "colorscale": "RdBu_r"}
    return {
        "x": effects.round(4),
        "y": (line + SPREAD * (2 * place - 1)).round(3),
        "name": name,
        "marker": {**marker, "cmin": 0, "cmax": 1, "showscale": line == 0},
    }


def _ranks(features: pd.DataFrame, name: str) -> object:
    """Return the rank of each value between 0 and 1, or grey where there are no numbers."""
    if name not in features.columns or not pd.api.types.is_numeric_dtype(features[name]):
        return "lightgrey"
    ranks = features[name].astype(float).rank(pct=True)
    return ranks.round(3).where(ranks.notna(), 0.5).to_numpy()
