"""The space in which customers are compared: transformed, robustly scaled, weighted features."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.arrays import FloatArray
from tiercast.segments.cluster_features import ClusterFeature, Transform

# Values further away count as this many scales, so that no outlier moves a centre.
REACH = 3.0
# Interquartile range of a standard normal distribution.
NORMAL_IQR = 1.349


@dataclass(frozen=True)
class Axis:
    """One scaled feature: position = weight * clip((transform(x) - centre) / scale, -3, 3)."""

    name: str
    transform: Transform
    weight: float
    centre: float
    scale: float

    def positions(self, values: FloatArray) -> FloatArray:
        """Return scaled positions, (n,); a missing value is at the centre, the base's median."""
        steps = (transformed(values, self.transform) - self.centre) / self.scale
        return np.nan_to_num(np.clip(steps, -REACH, REACH), nan=0.0) * self.weight


@dataclass(frozen=True)
class FeatureSpace:
    """The axes of features that vary in the base."""

    axes: tuple[Axis, ...]

    @classmethod
    def of(cls, frame: pd.DataFrame, features: Sequence[ClusterFeature]) -> Self:
        """Return the space with each feature's centre (median) and scale (IQR / 1.349).

        If the IQR is 0, the scale is the standard deviation. A feature that the frame lacks, or
        that has no or only one value, is left out.
        """
        measured = (_axis(frame, feature) for feature in features if feature.name in frame)
        return cls(tuple(axis for axis in measured if axis is not None))

    def positions(self, frame: pd.DataFrame) -> FloatArray:
        """Return customers' positions, shape (customers, axes); a row depends on no other row.

        Raises
        ------
        ValueError
            The frame lacks a column of the axes.
        """
        missing = [axis.name for axis in self.axes if axis.name not in frame]
        if missing:
            raise ValueError(f"segments need the columns {missing} that they were fitted with")
        result = np.zeros((len(frame), len(self.axes)))
        for number, axis in enumerate(self.axes):
            result[:, number] = axis.positions(column(frame, axis.name))
        return result

    def to_dict(self) -> list[dict[str, str | float]]:
        """Return the axes as plain rows."""
        return [asdict(axis) for axis in self.axes]

    @classmethod
    def from_dict(cls, rows: Sequence[Mapping[str, object]]) -> Self:
        """Return the space from the rows of `to_dict`."""
        return cls(tuple(Axis(**row) for row in rows))  # type: ignore[arg-type]  # plain JSON rows


def column(frame: pd.DataFrame, name: str) -> FloatArray:
    """Return a column as contiguous floats, missing as NaN."""
    return np.ascontiguousarray(frame[name].to_numpy(dtype=np.float64, na_value=np.nan))


def transformed(values: FloatArray, transform: Transform) -> FloatArray:
    """Return transformed values, (n,); log1p takes negative values as 0."""
    finite = np.where(np.isfinite(values), values, np.nan)
    if transform == "log1p":
        return np.log1p(np.maximum(finite, 0.0))
    if transform == "share":
        return np.clip(finite, 0.0, 1.0)
    return finite


def _axis(frame: pd.DataFrame, feature: ClusterFeature) -> Axis | None:
    plain = transformed(column(frame, feature.name), feature.transform)
    known = plain[np.isfinite(plain)]
    if known.size == 0 or known.min() == known.max():
        return None
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    scale = (high - low) / NORMAL_IQR or known.std()
    return Axis(feature.name, feature.transform, feature.weight, float(middle), float(scale))
