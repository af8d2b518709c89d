"""The storage of a backtest: a folder, written whole or not at all, and a run in MLflow."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

import pandas as pd
from plotly import graph_objects as go

from tiercast.artifacts.staging import staged_folder, writing
from tiercast.artifacts.text_file import to_json
from tiercast.backtesting.contender import Contender
from tiercast.backtesting.contenders import TIERCAST, labels
from tiercast.backtesting.result import Backtest
from tiercast.config.plugins import rows_of, versions_of
from tiercast.config.schema import Config
from tiercast.modeling.bootstrap import RESAMPLES
from tiercast.modeling.plugin_metrics import metrics_of
from tiercast.tracking.runs import training_run
from tiercast.training.mlflow_figures import calibration_figure, decile_figure, gain_figure

SUMMARY = "summary.json"
TABLES = ("predictions", "by_origin", "leaderboard", "verdicts", "coverage", "horizons")
SHOWN_TABLES = TABLES[1:]  # in MLflow: what a person can read


def write(found: Backtest) -> None:
    """Write tables and summary into the backtest's folder.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; an older backtest of the day is still there.
    """
    folder = found.folder
    with staged_folder(folder) as aside, writing(folder):
        for name in TABLES:
            getattr(found, name).to_parquet(aside / f"{name}.parquet", index=False)
        (aside / SUMMARY).write_text(to_json(summary(found)), encoding="utf-8")


def log(config: Config, found: Backtest) -> str:
    """Record the backtest as a run of its own, and return the run's id."""
    params = {"as_of": found.as_of, "backtest.origins": len(found.origins)}
    params |= {"backtest.trials": found.trials, "backtest.resamples": RESAMPLES}
    tags = {"as_of": found.as_of, "backtest.grade": found.grade.rule.letter}
    name = f"backtest {found.as_of}"
    with training_run(config, name=name, params=params, tags=tags) as run:
        run.log_metrics(mean_metrics(found.leaderboard))
        ours = found.by_origin[found.by_origin["contender"] == TIERCAST]
        for row in ours.to_dict("records"):
            scores = {metric.name: row[metric.name] for metric in metrics_of(found.plugins)}
            run.log_snapshot(row["origin"], {k: v for k, v in scores.items() if v == v})
        run.log_figures(backtest_figures(found.predictions, labels(found.plugins)), "figures.html")
        for table in SHOWN_TABLES:
            run.log_table(getattr(found, table), f"{table}.json")
        run.log_dict(summary(found), SUMMARY)
        return run.run_id


def mean_metrics(board: pd.DataFrame) -> dict[str, float]:
    """Return the means by MLflow's name; unknown ones are left out.

    Tiercast's own bear the name that a training logs them under, those of others `auc/bg_nbd`.

    Examples
    --------
    >>> board = pd.DataFrame({"contender": ["bg_nbd", "tiercast"], "auc": [0.8, 0.9]})
    >>> mean_metrics(board.assign(origins=2))
    {'auc/bg_nbd': 0.8, 'auc': 0.9}
    """
    means = board.drop(columns="origins").set_index("contender")
    return {
        str(metric) if contender == TIERCAST else f"{metric}/{contender}": float(value)
        for metric, column in means.items()
        for contender, value in column.dropna().items()
    }


def summary(found: Backtest) -> Mapping[str, object]:
    """Return settings and results of the backtest as plain data."""
    return {
        "name": found.name,
        "as_of": found.as_of,
        **found.target.to_record(),
        "trials": found.trials,
        "seed": found.seed,
        "resamples": RESAMPLES,
        "origins": found.origins,
        "notes": found.notes,
        "skipped": [asdict(one) for one in found.skipped],
        "not_run": [asdict(one) for one in found.not_run],
        "totals": found.totals.to_dict("records"),
        "grade": found.grade.to_dict(),
        "plugins": versions_of(found.plugins),
        "own_contenders": {
            one.name: one.meaning for _, one in rows_of(found.plugins, "contenders", Contender)
        },
        "metrics": found.leaderboard.set_index("contender").to_dict("index"),
    }


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
