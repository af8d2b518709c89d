"""How accuracy grows with customers and with past cutoffs: whether more data would help."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
import pandas as pd

from tiercast.features.clv import horizon_ratio
from tiercast.modeling.calibration import shift_to, to_log_odds
from tiercast.modeling.churn_metrics import area_under_curve, log_loss
from tiercast.modeling.component_models import Targets, partner
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.ensemble import Ensemble
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.linear import LinearModel
from tiercast.modeling.trees import TrainingRows, TreeParams, fit_trees
from tiercast.training.panel import Panel

SHARES = (0.1, 0.25, 0.5)  # of the customers, with all cutoffs
LEAST_SHOWN = 0.0005  # a smaller saving would be written as 0.0 %
STILL_FALLING = 0.01  # relative log loss that the last doubling must save for more to be worth it


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy at the newest past cutoff with so many customers and cutoffs."""

    customers: int
    cutoffs: int
    auc: float
    log_loss: float


@dataclass(frozen=True)
class LearningCurve:
    """Points by rising number of customers (all cutoffs), then of cutoffs (all customers)."""

    by_customers: tuple[CurvePoint, ...]
    by_cutoffs: tuple[CurvePoint, ...]

    def frame(self) -> pd.DataFrame:
        """Return the points as rows; `part` is the one of the two that varies."""
        parts = {"customers": self.by_customers, "cutoffs": self.by_cutoffs}
        rows = [{"part": part} | asdict(p) for part, points in parts.items() for p in points]
        return pd.DataFrame(rows, columns=["part", *(f.name for f in fields(CurvePoint))])

    def describe(self) -> str:
        """Return in words whether more data would help."""
        found = {"customers": self.by_customers, "past cutoffs": self.by_cutoffs}
        return " ".join(_verdict(what, points) for what, points in found.items() if points)


def learning_curve(panel: Panel, params: TreeParams, seed: int) -> LearningCurve:
    """Return how well the newest past cutoff is forecast from parts of the data before it.

    The level of each forecast is calibrated first: more data improves the ranking, while the
    level of a window is forecast by other means. Without a past cutoff there is no curve.
    """
    folds = rolling_folds(panel.cutoffs, panel.plan.label_days, most=1)
    if not folds:
        return LearningCurve((), ())
    train, test = folds[0].train_rows(panel.training_rows), folds[0].test_rows(panel.rows)
    if not 0 < test["ordered"].mean() < 1:
        return LearningCurve((), ())

    whole = _point(train, test, params, seed)

    def points(parts: Iterator[pd.DataFrame]) -> tuple[CurvePoint, ...]:
        found = (*(_point(part, test, params, seed) for part in parts), whole)
        return tuple(point for point in found if point is not None)

    cutoffs = folds[0].train
    return LearningCurve(
        points(_by_customers(train, seed)),
        points(_by_cutoffs(train, cutoffs)) if len(cutoffs) > 1 else (),
    )


def _by_customers(train: pd.DataFrame, seed: int) -> Iterator[pd.DataFrame]:
    """Return parts of the rows, without the whole."""
    ids = np.sort(train["customer_id"].unique())
    order = np.random.default_rng(seed).permutation(ids)
    for share in SHARES:
        yield train[train["customer_id"].isin(order[: round(share * len(ids))])]


def _by_cutoffs(train: pd.DataFrame, cutoffs: Sequence[object]) -> Iterator[pd.DataFrame]:
    """Return parts of the rows, without the whole."""
    count = 1
    while count < len(cutoffs):
        yield train[train["as_of"].isin(cutoffs[-count:])]
        count *= 2


def _point(
    train: pd.DataFrame, test: pd.DataFrame, params: TreeParams, seed: int
) -> CurvePoint | None:
    """Return the point of a part; None where the part is too small to fit."""
    target = Targets.of(train)
    if not target.enough:
        return None
    design = DesignMatrix.fit(train)
    sample = TrainingRows(design.transform(train), target.ordered, np.log(horizon_ratio(train)))
    matrix, offset = design.transform(test), np.log(horizon_ratio(test))
    predictions = (
        fit_trees("binary", sample, params, seed).raw(matrix, offset),
        LinearModel.fit("binary", sample).raw(matrix, offset),
        to_log_odds(test[partner(test)[0]].to_numpy(dtype=float)),
    )
    log_odds = np.column_stack(predictions) @ np.array(Ensemble().weights)
    ordered = test["ordered"].to_numpy(dtype=bool)
    chance = 1 / (1 + np.exp(-log_odds - shift_to(log_odds, float(ordered.mean()))))
    return CurvePoint(
        train["customer_id"].nunique(),
        train["as_of"].nunique(),
        area_under_curve(ordered, chance),
        log_loss(ordered, chance),
    )


def _verdict(what: str, points: Sequence[CurvePoint]) -> str:
    if len(points) < 2:
        return f"There are too few {what} to say whether more would help."
    saved = 1 - points[-1].log_loss / points[-2].log_loss
    if saved >= STILL_FALLING:
        return f"More {what} would help: the last step saved {saved:.1%} of the log loss."
    if saved < LEAST_SHOWN:
        return f"More {what} would hardly help: the last step made it no better."
    return f"More {what} would hardly help: the last step saved {saved:.1%} of the log loss."
