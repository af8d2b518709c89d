"""`tiercast.shap_values(config)`: the contribution of each feature to each churn risk."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tiercast.config.loading import load_config
from tiercast.config.progress import Progress, Silent
from tiercast.config.schema import Config
from tiercast.feature_store.history import History, open_history
from tiercast.features.assemble import feature_panel
from tiercast.features.label_table import as_frame
from tiercast.modeling.customer_model import CustomerModel
from tiercast.scoring.batches import feature_frame
from tiercast.scoring.label_inputs import columns_of
from tiercast.scoring.requirements import check_requirements
from tiercast.scoring.version import choose_model, choose_version
from tiercast.sources.workspace import allow_panel
from tiercast.tracking.registry import Version, load_label_version


@dataclass(frozen=True)
class ShapValues:
    """Exact Shapley values of the churn risk, on the scale of log odds.

    `values` has a row per customer (index: customer_id) and a column per feature, above 0 where
    it raises the risk. `base_value` plus the sum of a row are the log odds of its churn
    probability. Columns beside the features: `member_...` (an ensemble member of a plugin, as a
    whole) and `season_horizon_ratio` (how busy the horizon will be). `features` has the values of
    the features, in the same order of rows.
    """

    values: pd.DataFrame
    base_value: float
    features: pd.DataFrame
    as_of: dt.date
    model_version: str


def shap_values(
    config: Config | str | Path,
    as_of: dt.date | str | None = None,
    *,
    model_version: Version | None = None,
    progress: Progress | None = None,
) -> ShapValues:
    """Return the contribution of each feature to each customer's churn risk; write nothing.

    Customers, day and model are those that `score` would take. The whole base comes into memory.

    Raises
    ------
    InputError
        The data, the date or the model version cannot be used; the message says what to do.
    """
    settings, shown = load_config(config), progress or Silent()
    shown.stage("read and check the data")
    with open_history(settings, as_of, shown) as history:
        day = history.day
        if not settings.kind.has_dates:
            return _of_labels(history, settings, model_version)
        chosen = choose_model(settings, day, model_version)
        for note in chosen.notes:
            shown.say(note)
        model = chosen.model
        check_requirements(model, history.activity)
        shown.stage("count features")
        frame = model.with_clv(_features(history, model, day))
    shown.stage("compute Shapley values")
    values, base_value = model.shap_values(frame)
    ids = frame["customer_id"]
    known = frame.drop(columns=["customer_id", "as_of"]).set_axis(ids, axis=0)
    return ShapValues(values.set_axis(ids, axis=0), base_value, known, day, chosen.version.version)


def _of_labels(history: History, settings: Config, wanted: Version | None) -> ShapValues:
    """Return the contributions of each column of a label table."""
    version, _ = choose_version(settings, history.day, wanted)
    model = load_label_version(settings, version.version)
    rows = columns_of(history, model).rows(history.base.lead, history.day)
    frame = as_frame(rows, history.day)
    values, base_value = model.shap_values(frame)
    ids = frame["customer_id"]
    known = frame[list(model.feature_names)].set_axis(ids, axis=0)
    return ShapValues(
        values.set_axis(ids, axis=0), base_value, known, history.day, version.version
    )


def _features(history: History, model: CustomerModel, day: dt.date) -> pd.DataFrame:
    allow_panel(history.base.connection)
    panel = feature_panel(history.activity, [day], model.facts.setting)
    return feature_frame(panel.to_pandas(), panel.schema().to_pyarrow(), day)
