"""The reference for `monitor`: distributions of a training's columns, and their usual drift."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from tiercast.artifacts.reference import SCORE_COLUMNS, Kind, Reference, Tracked, Usual
from tiercast.features.clv import STATISTICS
from tiercast.modeling.column_profile import moved, profile
from tiercast.modeling.component_models import TREES, ComponentModels
from tiercast.modeling.customer_model import CustomerModel
from tiercast.training.panel import Panel


def reference(panel: Panel, model: CustomerModel) -> Reference:
    """Return the base at the training's `as_of`, feature by feature and score by score.

    How far a column usually moves is how far the newest cutoff, one horizon before, lies from
    there: an ageing base or a season is no drift as long as it goes on like that.
    """
    newest = panel.rows[panel.rows["as_of"] == panel.cutoffs[-1]]
    model = model.main_alone
    now, before = model.predict(panel.current), model.predict(newest)
    names = [*model.feature_names, *_clv_columns(panel.current)]
    weights = feature_weights(model.outlook.components)
    features = _tracked("feature", names, panel.current, newest)
    return Reference(
        panel.as_of,
        round(len(panel.current) / panel.share),
        (
            *(replace(one, weight=weights.get(one.name, 0.0)) for one in features),
            *_tracked("score", SCORE_COLUMNS, now, before),
        ),
        panel.plan.horizon_days,
        len(panel.current) / max(1, len(newest)) - 1,
    )


def feature_weights(components: ComponentModels) -> Mapping[str, float]:
    """Return each feature's share of the gain of all trees, those of each question alike.

    Without trees the BTYD models predict alone, from their own statistics.
    """
    if components.learners is None:
        return dict.fromkeys(STATISTICS, 1 / len(STATISTICS))
    names = list(components.design.features)
    gains = [
        getattr(components.learners, tree).booster.feature_importance("gain").astype(float)
        for tree in TREES
    ]
    shares = sum(gain / max(gain.sum(), 1e-12) for gain in gains)
    found = pd.Series(shares, index=names).groupby(level=0).sum()
    return {str(name): float(share) for name, share in (found / max(found.sum(), 1e-12)).items()}


def _tracked(
    kind: Kind, names: Sequence[str], now: pd.DataFrame, before: pd.DataFrame
) -> list[Tracked]:
    return [_one(kind, name, now[name], before[name]) for name in names]


def _one(kind: Kind, name: str, now: pd.Series, before: pd.Series) -> Tracked:
    then = profile(now)
    change = moved(then, before)
    psi = 0.0 if np.isnan(change.psi) else change.psi
    return Tracked(kind, name, then, Usual(psi, change.ks or 0.0, abs(change.missing)))


def _clv_columns(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.startswith("clv_")]
