"""How far the risks of a label table can be trusted: folds of unseen customers."""

from dataclasses import replace

import pandas as pd

from tiercast.reporting.inputs import Inputs
from tiercast.reporting.messages import MessageCatalogue
from tiercast.reporting.past_forecasts import calibration, calibration_gap
from tiercast.reporting.quality_charts import calibration_chart
from tiercast.reporting.section import Measure, Note, Part, Section, Table

METRICS = ("auc", "brier", "log_loss", "ece")


def quality_section(inputs: Inputs, say: MessageCatalogue) -> Section:
    """Return the chapter on the model; where nothing was evaluated it says so."""
    title, predictions = say("quality.title"), inputs.predictions
    if predictions is None or not inputs.folds:
        text = say("quality.missing", version=inputs.model_version)
        return Section("quality", title, text, (Note(say("quality.missing_note")),))
    bins, means = calibration(predictions), pd.DataFrame(inputs.folds).mean(axis=1)
    headline = say(
        "label.quality.headline",
        auc=f"{means['auc']:.3f}",
        gap=f"{100 * calibration_gap(bins):.1f}",
        folds=say.write.count(len(inputs.folds)),
    )
    parts: list[Part] = [
        Note(say("label.quality.basis", folds=say.write.count(len(inputs.folds)))),
        calibration_chart(bins, say),
        _folds(inputs, say, say("label.quality.note", gap=f"{100 * calibration_gap(bins):.1f}")),
        *_backtest(inputs, say),
    ]
    return Section("quality", title, headline, parts)


def _folds(inputs: Inputs, say: MessageCatalogue, note: str) -> Table:
    frame = pd.DataFrame(inputs.folds).T[list(METRICS)]
    names = [say("label.quality.fold", number=str(name)) for name in frame.index]
    rows = pd.concat([frame, frame.mean().to_frame().T])
    names.append(say("label.quality.mean"))
    corner = say("label.quality.corner")
    return replace(_metrics(say("label.quality.table"), rows, names, corner, say), note=note)


def _backtest(inputs: Inputs, say: MessageCatalogue) -> list[Table]:
    """Return the leaderboard of the newest backtest, where there is one."""
    if inputs.backtest is None:
        return []
    board = inputs.backtest.leaderboard.sort_values("log_loss")
    names = [say.label("contender", str(name)) for name in board["contender"]]
    title, corner = say("label.quality.board"), say("label.quality.model")
    return [_metrics(title, board, names, corner, say)]


def _metrics(
    title: str, rows: pd.DataFrame, names: list[str], corner: str, say: MessageCatalogue
) -> Table:
    columns = [Measure(say(f"labels.metric.{name}"), name, _figure) for name in METRICS]
    return Table.of(title, rows, (corner, names), columns)


def _figure(value: float) -> str:
    return f"{value:.4f}"
