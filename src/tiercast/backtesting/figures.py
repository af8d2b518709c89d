"""Pictures of a backtest for MLflow: each contender's calibration, gain and deciles."""

from collections.abc import Callable, Mapping

import pandas as pd
from plotly import graph_objects as go

from tiercast.training.mlflow_figures import calibration_figure, decile_figure, gain_figure


def backtest_figures(predictions: pd.DataFrame, labels: Mapping[str, str]) -> dict[str, go.Figure]:
    """Return the figures by title; `labels` names the contenders, in the order to be drawn."""
    found = {
        label: predictions[predictions["contender"] == name]
        for name, label in labels.items()
        if name in set(predictions["contender"])
    }
    deciles = {f"Value by decile: {label}": decile_figure(f) for label, f in found.items()}
    return {
        "Calibration of the churn risk": _together(calibration_figure, found),
        "Gain: share of value found": _together(gain_figure, found),
    } | deciles


def _together(
    drawn: Callable[[pd.DataFrame], go.Figure], frames: Mapping[str, pd.DataFrame]
) -> go.Figure:
    """Return one figure of a training's, its first line drawn once for each contender."""
    figures = {label: drawn(frame) for label, frame in frames.items()}
    whole = go.Figure(layout=next(iter(figures.values())).layout)
    for label, figure in figures.items():
        whole.add_trace(figure.data[0].update(name=label))
    whole.add_traces(next(iter(figures.values())).data[1:])
    return whole
