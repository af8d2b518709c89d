"""A backtest of a label table in text: its tables, and how it was done."""

import pandas as pd

from tiercast.backtesting.backtest_text import VERDICTS
from tiercast.backtesting.label_backtest import LabelBacktest
from tiercast.config.message import Message
from tiercast.config.text_table import TextTable

LABELS = {
    "tiercast": "tiercast",
    "logistic": "Logistic regression",
    "lightgbm": "LightGBM",
    "base_rate": "Base rate",
}
LEADERBOARD = {
    "Model": "{label!t}",
    "AUC": "{auc:.4f}",
    "Brier": "{brier:.4f}",
    "Log loss": "{log_loss:.4f}",
    "ECE": "{ece:.4f}",
}


def label_summary(found: LabelBacktest) -> list[TextTable | str]:
    """Return the tables and sentences on a backtest, in the order to read them."""
    title = Message.of("Backtest of {name} as of {as_of}", name=found.name, as_of=found.as_of)
    board = found.leaderboard.sort_values("log_loss")
    return [
        TextTable.of(title, LEADERBOARD, _labelled(board, "contender")),
        "",
        Message.of(
            "{folds} stratified folds of {customers:,} customers, each forecast by models that "
            "saw the others alone; nothing is resampled. Folds are other customers of the same "
            "table, not a later day: the figures are optimistic about the future.",
            folds=int(found.by_fold["fold"].nunique()),
            customers=found.customers,
        ),
        "",
        TextTable.of(
            "tiercast against the best other model", VERDICTS, _labelled(found.verdicts, "other")
        ),
        "",
        Message.of("Tables: {folder}/", folder=found.folder),
    ]


def _labelled(frame: pd.DataFrame, column: str) -> list[dict[str, object]]:
    rows = frame.assign(label=[LABELS[name] for name in frame[column]]).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]
