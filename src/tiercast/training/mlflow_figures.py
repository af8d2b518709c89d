"""Pictures of a training for MLflow: calibration, gain, deciles, importance."""

import numpy as np
import pandas as pd
from plotly import graph_objects as go

BINS = 10


def training_figures(predictions: pd.DataFrame, importance: pd.DataFrame) -> dict[str, go.Figure]:
    """Return the figures by title; those of past forecasts only where there are any."""
    figures = {"Feature importance": importance_figure(importance)}
    if predictions.empty:
        return figures
    return {
        "Calibration of the churn risk": calibration_figure(predictions),
        "Gain: share of value found": gain_figure(predictions),
        "Value by decile": decile_figure(predictions),
    } | figures


def calibration_figure(predictions: pd.DataFrame) -> go.Figure:
    """Return predicted against realised churn in ten bins of equal count."""
    bins = _deciles(predictions["churn_probability"])
    churned = 1.0 - predictions["ordered"].astype(float)
    predicted = predictions["churn_probability"].groupby(bins).mean()
    actual = churned.groupby(bins).mean()
    figure = go.Figure(
        go.Scatter(x=predicted, y=actual, mode="markers+lines", name="past cutoffs")
    )
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", name="exact", line={"dash": "dot"})
    return figure.update_layout(xaxis_title="predicted", yaxis_title="share who left")


def gain_figure(predictions: pd.DataFrame) -> go.Figure:
    """Return the share of the actual value in the top share by expected value."""
    value = predictions["value"].to_numpy()
    share = np.linspace(0, 1, 101)
    figure = go.Figure()
    for name, by in {"model": predictions["expected_value"].to_numpy(), "perfect": value}.items():
        found = np.cumsum(value[np.argsort(-by, kind="stable")]) / max(value.sum(), 1e-12)
        at = np.minimum((share * len(value)).astype(int), len(value)) - 1
        figure.add_scatter(x=share, y=np.where(at < 0, 0, found[at]), name=name)
    figure.add_scatter(x=[0, 1], y=[0, 1], name="chance", line={"dash": "dot"})
    return figure.update_layout(xaxis_title="share of customers", yaxis_title="share of value")


def decile_figure(predictions: pd.DataFrame) -> go.Figure:
    """Return mean predicted and actual value by decile of expected value."""
    grouped = predictions[["expected_value", "value"]].groupby(
        _deciles(predictions["expected_value"])
    )
    means = grouped.mean()
    figure = go.Figure()
    figure.add_bar(x=means.index + 1, y=means["expected_value"], name="predicted")
    figure.add_bar(x=means.index + 1, y=means["value"], name="actual")
    return figure.update_layout(xaxis_title="decile of expected value", yaxis_title="mean value")


def importance_figure(importance: pd.DataFrame) -> go.Figure:
    """Return the strongest features of the order trees by share of gain."""
    top = importance.head(20).iloc[::-1]
    figure = go.Figure(go.Bar(x=top["share"], y=top["feature"], orientation="h"))
    return figure.update_layout(xaxis_title="share of gain", height=600)


def _deciles(values: pd.Series) -> pd.Series:
    ranks = values.rank(method="first")
    return ((ranks - 1) * BINS // len(values)).astype(int)
