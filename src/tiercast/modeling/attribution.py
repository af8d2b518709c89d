"""Every part of a churn risk as a matrix: those behind the reasons, and all others.

The log odds of no order are exactly a base value plus the sum of a row. Its parts are the effects
of each feature through trees and linear model, of the BTYD models, of the members of plugins, and
of the length of the horizon on the season clock.
"""

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.features.clv import horizon_ratio
from tiercast.modeling.ensemble import BTYD
from tiercast.modeling.outlook import Outlook
from tiercast.modeling.reasons import effects, sum_by_feature

SEASON = "season_horizon_ratio"
MEMBER = "member_"  # before the name of a plugin's member


def attribution(
    outlook: Outlook, frame: pd.DataFrame, partner_base: float
) -> tuple[pd.DataFrame, float]:
    """Return what each column adds to the log odds of no order, and the value they start from.

    `frame` is a feature frame with `clv_*`; `partner_base` the BTYD models' mean log odds in
    training. Rows are indexed as the frame's.
    """
    found = effects(outlook.components, outlook.ensemble, frame, partner_base)
    # The BTYD chance is a component and a feature of the other components: one column for both.
    names, summed = sum_by_feature(found.names, found.values)
    parts = dict(zip(names, summed.T, strict=True)) | _beyond(outlook, frame)
    return pd.DataFrame(parts, index=frame.index), _base_value(outlook, partner_base)


def _beyond(outlook: Outlook, frame: pd.DataFrame) -> dict[str, FloatArray]:
    """Return the parts that are no feature's: members, and the length of the horizon."""
    if outlook.components.learners is None:
        return {}
    weights = outlook.ensemble.weights
    parts = {
        f"{MEMBER}{one.member.name}": -weight * (one.predictions(frame)[0] - one.base)
        for one, weight in zip(outlook.components.members, weights[BTYD + 1 :], strict=True)
    }
    length = np.log(np.asarray(horizon_ratio(frame), dtype=np.float64))
    if not length.any():
        return parts
    return parts | {SEASON: -(weights[0] + weights[1]) * np.broadcast_to(length, len(frame))}


def _base_value(outlook: Outlook, partner_base: float) -> float:
    learners, weights = outlook.components.learners, outlook.ensemble.weights
    if learners is None:
        return -(partner_base + outlook.calibration.shift)
    starts = (
        learners.order.mean,
        learners.linear_order.intercept,
        partner_base,
        *(one.base for one in outlook.components.members),
    )
    log_odds = sum(weight * start for weight, start in zip(weights, starts, strict=True))
    return -float(log_odds + outlook.calibration.shift)
