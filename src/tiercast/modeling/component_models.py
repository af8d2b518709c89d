"""The component models of the ensemble: trees, a linear model, BTYD models.

Members that plugins add come after these three.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import log_expit

from tiercast.arrays import FloatArray, IntArray
from tiercast.features.clv import horizon_ratio
from tiercast.features.subscriptions import DUE, KEPT, KEPT_VALUE, LEFT_SHARE
from tiercast.modeling.base_size import FEWEST_ROWS
from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.certainty import Certainty
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.linear import LinearModel
from tiercast.modeling.member import COMPONENTS as COMPONENTS
from tiercast.modeling.member import FittedMember, Member, StoredMember
from tiercast.modeling.trees import FittedTrees, TrainingRows, TreeParams, fit_trees
from tiercast.snapshots.season import CLOSED_RATIO

LARGEST_QUANTILE = 0.999  # buyers' values beyond it count as that quantile in training
LEAST_VALUE = 0.01
FEW_CUSTOMERS = 10  # values that fewer customers reached cannot be fitted
BTYD_FEATURE, BTYD_VALUE = "clv_order_probability_mbg", "clv_expected_value"


def partner(frame: pd.DataFrame) -> tuple[str, str]:
    """Return the columns with the third component's chance and value.

    They are those of the hazard model where there are contracts, else of the BTYD models.
    """
    return (KEPT, KEPT_VALUE) if KEPT in frame.columns else (BTYD_FEATURE, BTYD_VALUE)


@dataclass(frozen=True)
class ComponentParams:
    """Tree parameters for the chance of an order and for the value."""

    order: TreeParams
    value: TreeParams

    @classmethod
    def default(cls) -> Self:
        """Return the parameters to start from."""
        return cls(TreeParams(), TreeParams())


@dataclass(frozen=True)
class ComponentPredictions:
    """Log odds of an order and log of the value by each component, (n, n_components) each.

    `left_share` is what those who leave are expected to pay, as a share of what they would pay
    had they stayed, (n,); None: who leaves pays nothing.
    """

    log_odds: FloatArray
    log_value: FloatArray
    left_share: FloatArray | None = None

    def __getitem__(self, rows: IntArray) -> "ComponentPredictions":
        """Return the predictions of some of the rows."""
        share = None if self.left_share is None else self.left_share[rows]
        return ComponentPredictions(self.log_odds[rows], self.log_value[rows], share)


@dataclass(frozen=True)
class Money:
    """What is known beforehand of the value of rows: offsets of its logs, (n,) each.

    `total` goes with the value, `given` with the value of who stays. `left_share` as in
    `ComponentPredictions`.
    """

    total: FloatArray
    given: FloatArray
    left_share: FloatArray | None = None

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Return the payments due where there are contracts, else the length of the horizon."""
        if KEPT not in frame.columns:
            return cls(np.log(horizon_ratio(frame)), np.zeros(len(frame)))
        due = np.log(np.maximum(frame[DUE].to_numpy(dtype=float), LEAST_VALUE))
        return cls(due, due, frame[LEFT_SHARE].to_numpy(dtype=float))


@dataclass(frozen=True)
class BaseLearners:
    """Trees and linear models over one design matrix.

    `order` predicts log odds of an order; `total` (Tweedie) the log value, zeros included;
    `given` (gamma) the log value given an order. The value by trees is the geometric mean of the
    Tweedie forecast and of chance times gamma forecast: it was best on holdouts.
    """

    order: FittedTrees
    total: FittedTrees
    given: FittedTrees
    linear_order: LinearModel
    linear_given: LinearModel

    @classmethod
    def fit(
        cls,
        matrix: FloatArray,
        offset: FloatArray,
        target: "Targets",
        params: ComponentParams,
        seed: int,
        money: Money | None = None,
    ) -> Self:
        """Fit to (n, k) features; `offset` is the log length of each row's horizon, (n,)."""
        buyers = (target.value > 0) & (target.ordered > 0)
        known = money or Money(offset, np.zeros(len(matrix)))
        orders = TrainingRows(matrix, target.ordered, offset)
        values = TrainingRows(matrix, target.value, known.total)
        # How much a buyer spends hardly depends on how long the horizon is.
        given = TrainingRows(matrix[buyers], target.value[buyers], known.given[buyers])
        return cls(
            fit_trees("binary", orders, params.order, seed),
            fit_trees("tweedie", values, params.value, seed),
            fit_trees("gamma", given, params.value, seed),
            LinearModel.fit("binary", orders),
            LinearModel.fit("gamma", given),
        )

    def predictions(
        self, matrix: FloatArray, offset: FloatArray, money: Money | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return log odds and log value by trees and linear model, (n, 2) each."""
        known = money or Money(offset, np.zeros(len(matrix)))
        share = known.left_share
        trees, linear = self.order.raw(matrix, offset), self.linear_order.raw(matrix, offset)
        joint = log_paid(trees, share) + self.given.raw(matrix, known.given)
        by_trees = (self.total.raw(matrix, known.total) + joint) / 2
        by_linear = log_paid(linear, share) + self.linear_given.raw(matrix, known.given)
        return np.column_stack([trees, linear]), np.column_stack([by_trees, by_linear])


@dataclass(frozen=True)
class ComponentModels:
    """The component models; with too few rows `learners` is None: BTYD models alone.

    BTYD models alone also predict the value of customers of whom they expect more than `reached`,
    the value within a horizon that `FEW_CUSTOMERS` had. Of the one or two largest customers of a
    shop, trees and linear model predicted a fraction of the spend.

    `certain` is set where all of the panel ordered, or none. `members` are those of plugins.
    """

    design: DesignMatrix
    learners: BaseLearners | None
    largest_mean: float
    reached: float
    certain: Certainty | None = None
    members: tuple[StoredMember, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The components' names, in the order of the columns of predictions."""
        return (*COMPONENTS, *(one.member.name for one in self.members))

    @classmethod
    def fit(
        cls,
        panel: pd.DataFrame,
        params: ComponentParams,
        seed: int,
        members: Sequence[tuple[str, Member]] = (),
    ) -> Self:
        """Fit to a training panel (features, `ordered`, `value`)."""
        design, target = DesignMatrix.fit(panel), Targets.of(panel)
        reached = _reached(panel)
        if not (target.enough and design.names):
            silent = tuple(FittedMember.unfitted(one, design) for one in members)
            return cls(design, None, target.largest, reached, target.certain, silent)
        lengths = np.log(horizon_ratio(panel))
        learners = BaseLearners.fit(
            design.transform(panel), lengths, target, params, seed, Money.of(panel)
        )
        fitted = tuple(FittedMember.fit(one, panel, design, seed) for one in members)
        return cls(design, learners, target.largest, reached, members=fitted)

    def predict(self, frame: pd.DataFrame) -> ComponentPredictions:
        """Return each component's predictions of a feature frame, (n, n_components)."""
        chance, value = partner(frame)
        btyd = to_log_odds(frame[chance].to_numpy(dtype=float))
        least = np.log(_least_value(frame))
        btyd_value = _log_value(frame[value].to_numpy(dtype=float), least)
        money = Money.of(frame)
        if self.learners is None:
            components = len(self.names)
            return ComponentPredictions(
                np.column_stack([btyd] * components),
                np.column_stack([btyd_value] * components),
                money.left_share,
            )
        found = self.learners.predictions(
            self.design.transform(frame), np.log(horizon_ratio(frame)), money
        )
        own = [one.predictions(frame) for one in self.members]
        beyond = (btyd_value > np.log(self.reached))[:, np.newaxis]
        predicted = np.column_stack([found[1], *(_log_value(value, least) for _, value in own)])
        combined = np.where(beyond, btyd_value[:, np.newaxis], predicted)
        combined = np.maximum(combined, least[:, np.newaxis])
        return ComponentPredictions(
            np.column_stack([found[0], btyd, *(log_odds for log_odds, _ in own)]),
            np.column_stack([combined[:, :2], btyd_value, combined[:, 2:]]),
            money.left_share,
        )


TREES = ("order", "total", "given")


@dataclass(frozen=True)
class Targets:
    """Targets of the trees: 0/1 ordered, and value capped at `largest` (money), (n,) each."""

    ordered: FloatArray
    value: FloatArray
    largest: float

    @classmethod
    def of(cls, panel: pd.DataFrame) -> Self:
        """Read the targets off a panel."""
        value = panel["value"].to_numpy(dtype=float)
        buyers = value[value > 0]
        largest = float(np.quantile(buyers, LARGEST_QUANTILE)) if len(buyers) else LEAST_VALUE
        ordered = panel["ordered"].to_numpy(dtype=float)
        return cls(ordered, np.minimum(value, largest), largest)

    @property
    def certain(self) -> Certainty | None:
        """Whether everybody ordered, or nobody; None: neither."""
        return Certainty.of(int(self.ordered.sum()), len(self.ordered))

    @property
    def enough(self) -> bool:
        """Whether there are enough rows with and without an order, and with values above 0."""
        rows, ordered = len(self.ordered), self.ordered.sum()
        fewest = min(ordered, rows - ordered, (self.value > 0).sum())
        return bool(rows >= FEWEST_ROWS and fewest >= FEWEST_ROWS // 10)


def log_paid(log_odds: FloatArray, left_share: FloatArray | None) -> FloatArray:
    """Return the log of the share expected of what who stays pays, (n,).

    It is the chance to stay, and where who leaves pays for a while, that part of the others.
    """
    if left_share is None:
        return log_expit(log_odds)
    return np.logaddexp(
        log_expit(log_odds), log_expit(-log_odds) + np.log(np.maximum(left_share, 1e-12))
    )


def _reached(panel: pd.DataFrame) -> float:
    """Return the value that `FEW_CUSTOMERS` reached; that of all where there are fewer."""
    largest = panel.groupby("customer_id")["value"].max().nlargest(FEW_CUSTOMERS)
    return max(LEAST_VALUE, float(largest.iloc[-1])) if len(largest) else LEAST_VALUE


def _least_value(frame: pd.DataFrame) -> FloatArray:
    """Return the least expected value of each row, (n,); next to 0 while the shop is closed."""
    closed = horizon_ratio(frame) <= CLOSED_RATIO
    return np.where(closed, LEAST_VALUE * CLOSED_RATIO, LEAST_VALUE)


def _log_value(value: FloatArray, least: FloatArray) -> FloatArray:
    return np.maximum(np.log(np.maximum(value, np.finfo(float).tiny)), least)
