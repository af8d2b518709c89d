"""What a training leaves for `monitor`: how its columns were spread, and how far they move."""

import numpy as np
import pandas as pd

from tiercast.artifacts.reference import SCORE_COLUMNS, Kind, Reference, Tracked, Usual
from tiercast.modeling.column_profile import moved, profile
from tiercast.modeling.customer_model import CustomerModel
from tiercast.training.panel import Panel


def reference(panel: Panel, model: CustomerModel) -> Reference:
    """Answer the base at the training's `as_of`, feature by feature and score by score.

    How far a column usually moves is how far the newest cutoff, one horizon before, lies from
    there: an ageing base or a season is no drift as long as it goes on like that.
    """
    newest = panel.rows[panel.rows["as_of"] == panel.cutoffs[-1]]
    now, before = model.predict(panel.current), model.predict(newest)
    features = [*model.feature_names, *_clv_columns(panel.current)]
    return Reference(
        panel.as_of,
        round(len(panel.current) / panel.share),
        (
            *_tracked("feature", features, panel.current, newest),
            *_tracked("score", SCORE_COLUMNS, now, before),
        ),
        panel.plan.horizon_days,
    )


def _tracked(
    kind: Kind, names: list[str] | tuple[str, ...], now: pd.DataFrame, before: pd.DataFrame
) -> list[Tracked]:
    return [_one(kind, name, now[name], before[name]) for name in names]


def _one(kind: Kind, name: str, now: pd.Series, before: pd.Series) -> Tracked:
    then = profile(now)
    change = moved(then, before)
    psi = 0.0 if np.isnan(change.psi) else change.psi
    return Tracked(kind, name, then, Usual(psi, change.ks or 0.0, abs(change.missing)))


def _clv_columns(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.startswith("clv_")]
