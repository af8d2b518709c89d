"""Exact Shapley values of trees for a few rows: each leaf's vectors, looked up all at once.

WOODELF walks every tree for each call, which takes longer than all else where there is one row.
Its vectors of a leaf do not depend on the rows, so they are stored in one array, with the
conditions that make a row's place in each. The sums are WOODELF's, in its order and precision.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from woodelf.core.utils import get_covers_vector

from tiercast.arrays import FloatArray, IntArray

# The vectors of a leaf: its features, covers, value, and that of the leaf right of it that it
# speaks for, too.
Vectors = Callable[
    [list[str], FloatArray, float, float | None], dict[str, npt.NDArray[np.float32]]
]


@dataclass(frozen=True)
class LeafTable:
    """All leaves of an ensemble.

    Node k goes left where column `column[k]` is at most `limit[k]`, or is missing and
    `missing_left[k]`. The bits of a leaf's pattern are `first_step`..: each is the logical and of
    steps, (node, whether left). The vector of term t starts at `start[t]`.
    """

    column: IntArray
    limit: FloatArray
    missing_left: npt.NDArray[np.bool_]
    step_node: IntArray
    step_left: npt.NDArray[np.bool_]
    first_step: IntArray
    bit_value: IntArray
    first_bit: IntArray
    term_leaf: IntArray
    term_column: IntArray
    start: IntArray
    vectors: npt.NDArray[np.float32]

    @classmethod
    def of(
        cls, trees: Sequence[Any], columns: Sequence[str], vectors: Vectors, *, paired: bool
    ) -> Self:
        """Return the leaves of WOODELF's trees, in the order in which it adds them.

        `paired`: two leaves of one node are one, as WOODELF has it for many rows. The eighth
        digit of a sum depends on that.
        """
        made = _Maker({name: place for place, name in enumerate(columns)}, vectors, paired)
        for tree in trees:
            made.add_tree(tree)
        return cls(*made.arrays())

    def values(self, matrix: FloatArray) -> FloatArray:
        """Return what each column adds to each row's raw score, (n, n_columns)."""
        found = np.zeros(matrix.shape, dtype=np.float32)
        for row, sums in zip(matrix, found, strict=True):
            value = row[self.column]
            left = np.where(self.missing_left, ~(value > self.limit), value <= self.limit)
            bits = np.logical_and.reduceat(left[self.step_node] == self.step_left, self.first_step)
            pattern = np.add.reduceat(bits * self.bit_value, self.first_bit)
            terms = self.vectors[self.start + pattern[self.term_leaf]]
            np.add.at(sums, self.term_column, terms)  # one after the other, as WOODELF does
        return found.astype(np.float64)


class _Maker:
    """Collects the arrays of a `LeafTable`."""

    def __init__(self, place: dict[str, int], vectors: Vectors, paired: bool) -> None:
        self.place, self.vectors_of, self.paired = place, vectors, paired
        self.nodes: list[tuple[int, float, bool]] = []
        self.steps: list[tuple[int, bool]] = []
        self.bits: list[tuple[int, int]] = []  # its first step, its value
        self.leaves: list[int] = []  # its first bit
        self.terms: list[tuple[int, int, int]] = []  # leaf, column, start
        self.stored: list[npt.NDArray[np.float32]] = []
        self.length = 0

    def add_tree(self, tree: Any) -> None:
        """Add the leaves of a tree from left to right."""
        if not tree.is_leaf():
            self._walk(tree, [])

    def _walk(self, node: Any, path: list[tuple[Any, int, bool]]) -> None:
        if node.is_leaf():
            self._add_leaf(node, path)
            return
        number = len(self.nodes)
        self.nodes.append((self.place[node.feature_name], node.value, bool(node.nan_go_left)))
        if self._is_pair(node, path):
            self._add_leaf(node.left, [*path, (node, number, True)], node.right.value)
            return
        for child, is_left in ((node.left, True), (node.right, False)):
            self._walk(child, [*path, (node, number, is_left)])

    def _is_pair(self, node: Any, path: list[tuple[Any, int, bool]]) -> bool:
        """Return whether the left leaf of a node speaks for the right one."""
        leaves = node.left.is_leaf() and node.right.is_leaf()
        is_new = node.feature_name not in [before.feature_name for before, _, _ in path]
        return self.paired and leaves and is_new and bool(path)

    def _add_leaf(
        self, leaf: Any, path: list[tuple[Any, int, bool]], neighbor: float | None = None
    ) -> None:
        names = list(dict.fromkeys(node.feature_name for node, _, _ in path))
        covers = np.array(get_covers_vector([*(node for node, _, _ in path), leaf], names))
        self.leaves.append(len(self.bits))
        for position, name in enumerate(names):
            self.bits.append((len(self.steps), 2 ** (len(names) - 1 - position)))
            self.steps += [(n, is_left) for node, n, is_left in path if node.feature_name == name]
        for name, vector in self.vectors_of(names, covers, leaf.value, neighbor).items():
            self.terms.append((len(self.leaves) - 1, self.place[name], self.length))
            self.stored.append(vector)
            self.length += len(vector)

    def arrays(self) -> tuple[Any, ...]:
        """Return the fields of a `LeafTable`."""
        column, limit, missing_left = zip(*self.nodes, strict=True)
        step_node, step_left = zip(*self.steps, strict=True)
        first_step, bit_value = zip(*self.bits, strict=True)
        leaf, term_column, start = zip(*self.terms, strict=True)
        whole = (column, step_node, first_step, bit_value, self.leaves, leaf, term_column, start)
        c, sn, fs, bv, fb, tl, tc, st = (np.array(one, dtype=np.int64) for one in whole)
        missing, left = np.array(missing_left, dtype=bool), np.array(step_left, dtype=bool)
        stored = np.concatenate(self.stored).astype(np.float32)
        return c, np.array(limit, dtype=float), missing, sn, left, fs, bv, fb, tl, tc, st, stored
