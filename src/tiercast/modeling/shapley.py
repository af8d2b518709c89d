"""Exact Shapley values of trees, for one batch of rows after another.

The vectors of a leaf over all ways through its path do not depend on the rows. They are computed
once for all batches; WOODELF itself would compute them for each.
"""

from functools import cached_property

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pandas as pd
from woodelf import WoodelfExplainer
from woodelf.core.cube_metric import ShapleyValues
from woodelf.core.path_to_s_vectors.woodelf_p2s import HighDepthWoodelfPathToSVectors
from woodelf.core.trees.parse_models import load_decision_tree_ensemble_model

from tiercast.arrays import FloatArray
from tiercast.modeling.few_rows import LeafTable

LeafVectors = dict[str, npt.NDArray[np.float32]]

# A leaf at depth d has d vectors of 2^d numbers: for deeper trees WOODELF's own choice, which
# keeps none, is the better one.
DEEPEST_KEPT = 10
FEW_ROWS = 64  # beyond them WOODELF's walk of the trees is faster


class TreeShapley:
    """The path-dependent Shapley values (Lundberg et al. 2020) of a booster's raw score."""

    def __init__(self, booster: lgb.Booster) -> None:
        self._columns = list(booster.feature_name())
        self._batch = 0
        self._trees = load_decision_tree_ensemble_model(booster, self._columns)
        self._explainer = WoodelfExplainer(self._trees)
        depth = min(self._trees.max_depth, len(self._columns))
        self._vectors = _StoredVectors(ShapleyValues(), depth) if depth <= DEEPEST_KEPT else None

    def values(self, matrix: FloatArray) -> FloatArray:
        """Return what each column adds to each row's raw score, (n, n_columns)."""
        is_small = self._batch > 0 or len(matrix) < min(FEW_ROWS, self._many)
        if is_small and self._leaves is not None:
            return self._leaves.values(matrix)
        found = self._explainer.shap_values(
            pd.DataFrame(matrix, columns=self._columns),
            path_to_matrices_calculator=self._vectors,
            verbose=False,
        )
        return np.asarray(found, dtype=np.float64)

    def as_in_batches_of(self, rows: int) -> None:
        """Let all rows have the values, to the last bit, that they have among so many."""
        self._batch = rows

    @property
    def _many(self) -> int:
        """From how many rows on WOODELF pairs leaves."""
        return int(10 * 2**self._trees.max_depth)

    @cached_property
    def _leaves(self) -> LeafTable | None:
        """The leaves for few rows, collected when they are first needed; None: too deep."""
        stored = self._vectors
        if stored is None or all(tree.is_leaf() for tree in self._trees.trees):
            return None
        none = np.zeros(0, dtype=int)

        def vectors(
            names: list[str], covers: FloatArray, value: float, neighbor: float | None
        ) -> LeafVectors:
            return stored.get_path_dependent_s_matrix(names, none, covers, value, neighbor)

        paired = self._batch >= self._many
        return LeafTable.of(self._trees.trees, self._columns, vectors, paired=paired)


class _StoredVectors(HighDepthWoodelfPathToSVectors):
    """WOODELF's vectors of a leaf, by all that they depend on."""

    def __init__(self, metric: ShapleyValues, max_depth: int) -> None:
        super().__init__(metric, max_depth)
        self._kept: dict[tuple[object, ...], LeafVectors] = {}

    def get_path_dependent_s_matrix(
        self,
        features_in_path: list[str],
        consumer_patterns: npt.NDArray[np.integer],
        covers: FloatArray,
        w: float,
        w_neighbor: float | None = None,
    ) -> LeafVectors:
        """Return a vector per feature of the path; the rows' patterns have no part in them."""
        key = (*features_in_path, covers.tobytes(), w, w_neighbor)
        if key not in self._kept:
            found = super().get_path_dependent_s_matrix(
                features_in_path, consumer_patterns, covers, w, w_neighbor
            )
            self._kept[key] = {name: np.ascontiguousarray(v) for name, v in found.items()}
        return self._kept[key]
