"""Exact Shapley values of trees, looked up in tables that are made once.

The path-dependent value of a feature (Lundberg et al. 2020) depends on a row only through the
ways it goes at the nodes. For a part of a tree with few nodes the values of all these ways stand
in one table. A row then costs a comparison per node and a look-up per feature of a part, which
is what makes WOODELF (Nadel & Wettenstein 2025) fast; its tables are of single leaves.

The value of a leaf is the integral of Owen's multilinear extension (1972): with v the leaf's
score, z_j whether the row meets all conditions on feature j, and r_j the share of training rows
that do,

    phi_i = v (z_i - r_i) integral over t in [0, 1] of prod_{j != i} (t z_j + (1 - t) r_j) dt.

The integrand is a polynomial, for which Gauss and Legendre's rule is exact.
"""

from collections.abc import Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import cache, cached_property, reduce
from math import prod
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np

from tiercast.arrays import BoolArray, FloatArray, IntArray

# Most bits of the codes of a part with a table, of several leaves and of one.
PART_BITS, LEAF_BITS = 8, 10
FEW_ROWS = 16  # up to them all parts are looked up at once

Dumped = Mapping[str, Any]  # a node as LightGBM dumps it


class PathStep(NamedTuple):
    """One way from a node: left or right."""

    node: Dumped
    is_left: bool

    @property
    def column(self) -> int:
        """The place of the column that the node compares."""
        return int(self.node["split_feature"])

    @property
    def child(self) -> Dumped:
        """The node or leaf at its end."""
        found: Dumped = self.node["left_child" if self.is_left else "right_child"]
        return found

    @property
    def share(self) -> float:
        """The share of the node's training rows that go this way."""
        return _rows(self.child) / _rows(self.node)

    def taken(self, columns: FloatArray) -> BoolArray:
        """Return which rows go this way at the node, (n,), from the columns (n_columns, n)."""
        value, limit = columns[self.column], self.node["threshold"]
        left: BoolArray = ~(value > limit) if _missing_goes_left(self.node) else value <= limit
        return left if self.is_left else ~left


Path = tuple[PathStep, ...]


class Leaf(NamedTuple):
    """A leaf's score, and the path to it from the root."""

    score: float
    path: Path

    @property
    def by_column(self) -> dict[int, Path]:
        """The steps of the path by the column that they compare."""
        columns = dict.fromkeys(step.column for step in self.path)
        return {own: tuple(s for s in self.path if s.column == own) for own in columns}


@dataclass(frozen=True)
class TreePart:
    """Leaves of one tree. Bit k of a row's code is whether it takes all steps of `bits[k]`."""

    leaves: tuple[Leaf, ...]

    @cached_property
    def bits(self) -> list[Path]:
        """One step for each node; for a single leaf, all steps of a column together."""
        if len(self.leaves) == 1:
            return list(self.leaves[0].by_column.values())
        return [(PathStep(node, is_left=True),) for node in self._nodes.values()]

    @cached_property
    def _nodes(self) -> dict[int, Dumped]:
        steps = (step for leaf in self.leaves for step in leaf.path)
        return {step.node["split_index"]: step.node for step in steps}

    @cached_property
    def has_table(self) -> bool:
        """Whether the values of all codes fit in a table."""
        return len(self.bits) <= (LEAF_BITS if len(self.leaves) == 1 else PART_BITS)

    @cached_property
    def table(self) -> dict[int, FloatArray]:
        """The values of every code, (2^n_bits,) by column."""
        return self.values(np.arange(2 ** len(self.bits)))

    def codes(self, columns: FloatArray) -> IntArray:
        """Return the codes of rows, (n,), from the columns (n_columns, n)."""
        narrow = np.uint16 if self.has_table else np.int64
        taken = [reduce(np.logical_and, (s.taken(columns) for s in steps)) for steps in self.bits]
        bits = (np.left_shift(one.astype(narrow), place) for place, one in enumerate(taken))
        return reduce(np.bitwise_or, bits).astype(np.intp)

    def values(self, codes: IntArray) -> dict[int, FloatArray]:
        """Return what each column of the paths adds to the score of each code, (n_codes,)."""
        found: dict[int, FloatArray] = {}
        for leaf in self.leaves:
            own = _leaf_values(leaf, self._meets(leaf, codes))
            for column, added in zip(leaf.by_column, own, strict=True):
                found[column] = found[column] + added if column in found else added
        return found

    def _meets(self, leaf: Leaf, codes: IntArray) -> BoolArray:
        """Return which codes meet the leaf's conditions on each column, (n_columns, n_codes)."""
        bits = codes >> np.arange(len(self.bits))[:, np.newaxis] & 1 == 1
        if len(self.leaves) == 1:
            return bits
        way = dict(zip(self._nodes, bits, strict=True))
        return np.array(
            [
                reduce(np.logical_and, (way[s.node["split_index"]] == s.is_left for s in steps))
                for steps in leaf.by_column.values()
            ]
        )


class TreeShapley:
    """The path-dependent Shapley values of a booster's raw score.

    A row has the same values to the last bit whatever rows are beside it.
    """

    def __init__(self, booster: lgb.Booster) -> None:
        self._n_columns = booster.num_feature()
        trees = booster.dump_model()["tree_info"]
        self._parts = [part for tree in trees for part in _parts(tree["tree_structure"], ())]
        self._with_table = [part for part in self._parts if part.has_table]
        self._without = [part for part in self._parts if not part.has_table]

    def values(self, matrix: FloatArray) -> FloatArray:
        """Return what each column adds to each row's raw score, (n, n_columns)."""
        columns = np.ascontiguousarray(matrix.T, dtype=float)
        found = np.zeros((self._n_columns, len(matrix)))
        if len(matrix) <= FEW_ROWS:
            self._tables.add(columns, found)
        else:
            for part in self._with_table:
                _add_from_table(part, columns, found)
        for part in self._without:
            _add_each_code(part, columns, found)
        return found.T

    @cached_property
    def _tables(self) -> "_AllTables":
        """The parts with tables, made when few rows are first asked for."""
        return _AllTables(self._with_table)


class _AllTables:
    """The tables of all parts behind one another, to look up in all of them at once."""

    def __init__(self, parts: list[TreePart]) -> None:
        bits = [steps for part in parts for steps in part.bits]
        steps = [step for one in bits for step in one]
        self._column = np.array([step.column for step in steps], dtype=np.intp)
        self._limit = np.array([step.node["threshold"] for step in steps], dtype=float)
        self._missing = np.array([_missing_goes_left(step.node) for step in steps], dtype=bool)
        self._is_left = np.array([step.is_left for step in steps], dtype=bool)
        self._first_step = _starts(bits)
        self._bit = np.array([2**at for part in parts for at in range(len(part.bits))])
        self._first_bit = _starts([part.bits for part in parts])
        terms = [(at, *term) for at, part in enumerate(parts) for term in part.table.items()]
        self._part = np.array([at for at, _, _ in terms], dtype=np.intp)
        self._target = np.array([column for _, column, _ in terms], dtype=np.intp)
        self._start = _starts([table for _, _, table in terms])
        self._table = np.concatenate([table for _, _, table in terms] or [np.zeros(0)])

    def add(self, columns: FloatArray, found: FloatArray) -> None:
        """Add the values of rows, (n_columns, n), one term after the other."""
        if not len(self._table):
            return
        for row, sums in zip(columns.T, found.T, strict=True):
            value = row[self._column]
            left = (value <= self._limit) | (np.isnan(value) & self._missing)
            taken = np.logical_and.reduceat(left == self._is_left, self._first_step)
            code = np.add.reduceat(taken * self._bit, self._first_bit)
            np.add.at(sums, self._target, self._table[self._start + code[self._part]])


def _starts(parts: Sequence[Sized]) -> IntArray:
    """Return where each part begins if they stand behind one another."""
    return np.cumsum([0, *map(len, parts)][:-1])


def _add_from_table(part: TreePart, columns: FloatArray, found: FloatArray) -> None:
    codes = part.codes(columns)
    for column, table in part.table.items():
        found[column] += table[codes]


def _add_each_code(part: TreePart, columns: FloatArray, found: FloatArray) -> None:
    codes, place = np.unique(part.codes(columns), return_inverse=True)
    for column, values in part.values(codes).items():
        found[column] += values[place]


def _missing_goes_left(node: Dumped) -> bool:
    """Return where a missing value goes; LightGBM reads it as 0 if training had none."""
    if node["missing_type"] == "NaN":
        return bool(node["default_left"])
    return bool(node["threshold"] >= 0)


def _parts(node: Dumped, path: Path) -> Iterator[TreePart]:
    """Yield the parts of a tree below a path, each small enough for a table if it can be."""
    below = TreePart(tuple(_leaves(node, path)))
    if "split_index" not in node or below.has_table:
        if path or "split_index" in node:
            yield below
        return
    for is_left in (True, False):
        step = PathStep(node, is_left)
        yield from _parts(step.child, (*path, step))


def _leaves(node: Dumped, path: Path) -> Iterator[Leaf]:
    if "split_index" not in node:
        yield Leaf(node["leaf_value"], path)
        return
    for is_left in (True, False):
        step = PathStep(node, is_left)
        yield from _leaves(step.child, (*path, step))


def _rows(node: Dumped) -> float:
    """Return the number of training rows at a node or leaf."""
    return float(node["internal_count" if "split_index" in node else "leaf_count"])


def _leaf_values(leaf: Leaf, meets: BoolArray) -> FloatArray:
    """Return the values of a leaf's columns for each code, (n_columns, n_codes)."""
    shares = [prod(step.share for step in steps) for steps in leaf.by_column.values()]
    share = np.array(shares)[:, np.newaxis]
    found: FloatArray = leaf.score * (meets - share) * _mean_product_of_others(meets, share)
    return found


def _mean_product_of_others(meets: BoolArray, share: FloatArray) -> FloatArray:
    """Return the integral of the module's formula for each feature and code, of `meets`' shape."""
    found = np.zeros(meets.shape)
    for point, weight in _points_and_weights(len(meets) // 2 + 1):
        factor = point * meets + (1 - point) * share
        found += weight * _product_before(factor) * _product_before(factor[::-1])[::-1]
    return found


@cache
def _points_and_weights(count: int) -> list[tuple[float, float]]:
    """Return Gauss and Legendre's points in [0, 1], each with its weight."""
    points, weights = np.polynomial.legendre.leggauss(count)
    return list(zip((points + 1) / 2, weights / 2, strict=True))


def _product_before(factor: FloatArray) -> FloatArray:
    """Return for each row the product of the rows before it."""
    found = np.ones_like(factor)
    np.cumprod(factor[:-1], axis=0, out=found[1:])
    return found
