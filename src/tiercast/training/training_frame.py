"""`tiercast.training_frame(config)`: the training rows as a frame."""

import datetime as dt
from pathlib import Path

import pandas as pd

from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import open_history
from tiercast.sources.workspace import allow_panel
from tiercast.training.label_panel import LabelPanel
from tiercast.training.panel import build_panel, describe_sample


def training_frame(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Return the training rows as of a day; nothing is written.

    One row per customer and past cutoff, sorted by (`as_of`, `customer_id`). `as_of` is the row's
    cutoff: features count rows before it, labels the horizon from it on. Columns: customer_id,
    as_of, every feature and profile column, `clv_*` by BTYD models fitted before that cutoff,
    then the labels `ordered`, `value` and `returned_after_days` (empty: not within the horizon).
    Of many customers it is the stratified sample that a training takes. To judge a model of your
    own without looking ahead, train on cutoffs whose horizon ended by the one you judge at.
    Of a label table there is one row per customer with a label, and no cutoff.

    Raises
    ------
    InputError
        The data or the date cannot be used, or the history is too short for a single cutoff.
    """
    settings, shown = load_config(config), progress or Silent()
    shown.stage("read and check the data")
    with open_history(settings, as_of, shown) as history:
        base, day = history.base, history.day
        if not settings.kind.has_dates:
            return LabelPanel.of(base, day).rows
        allow_panel(base.connection)
        shown.stage("count features at every cutoff")
        panel = build_panel(base, history.activity, day)
        shown.say(describe_sample(panel, settings))
        return panel.rows
