import numpy as np
import pandas as pd
import pytest

from tiercast.segments.cluster_features import ClusterFeature, Words
from tiercast.segments.feature_space import FeatureSpace, transformed

WORD = Words("x", "x")


def feature(name, transform="identity", weight=1.0):
    return ClusterFeature(name, transform, weight, WORD, WORD)


def test_positions_are_weighted_scales_from_the_median():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, 4.0]})
    space = FeatureSpace.of(frame, [feature("a", weight=0.5)])
    # Quartiles 1 and 3: one scale is 2 / 1.349.
    assert space.positions(frame)[:, 0] == pytest.approx(
        0.5 * 1.349 / 2 * np.array([-2, -1, 0, 1, 2])
    )


def test_an_outlier_is_held_at_three_scales():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0, 1e9]})
    assert FeatureSpace.of(frame, [feature("a")]).positions(frame)[-1, 0] == 3.0


def test_missing_and_infinite_values_stand_at_the_median():
    frame = pd.DataFrame({"a": [1.0, 2.0, 9.0, np.nan, np.inf]})
    assert FeatureSpace.of(frame, [feature("a")]).positions(frame)[3:, 0].tolist() == [0, 0]


def test_features_that_are_absent_missing_or_constant_are_left_out():
    frame = pd.DataFrame({"none": [np.nan] * 3, "same": [4, 4, 4], "good": [1, 2, 3]})
    names = ["none", "same", "absent", "good"]
    space = FeatureSpace.of(frame, [feature(name) for name in names])
    assert [axis.name for axis in space.axes] == ["good"]


def test_where_quartiles_coincide_the_standard_deviation_is_the_scale():
    frame = pd.DataFrame({"a": [0.0] * 9 + [1.0]})
    assert FeatureSpace.of(frame, [feature("a")]).axes[0].scale == pytest.approx(0.3)


def test_transforms_clip_values_out_of_their_range():
    values = np.array([-5.0, 0.0, 2.0, np.nan])
    assert transformed(values, "log1p")[:3] == pytest.approx([0, 0, np.log(3)])
    assert transformed(values, "share")[:3].tolist() == [0, 0, 1]
    assert np.isnan(transformed(values, "identity")[3])


def test_a_column_missing_at_prediction_is_named():
    space = FeatureSpace.of(pd.DataFrame({"a": [1, 2, 3]}), [feature("a")])
    with pytest.raises(ValueError, match=r"need the columns \['a'\]"):
        space.positions(pd.DataFrame({"b": [1]}))


def test_nullable_integers_and_booleans_are_numbers():
    frame = pd.DataFrame(
        {"a": pd.array([1, None, 3, 5], dtype="Int64"), "b": [True, False, True, True]}
    )
    positions = FeatureSpace.of(frame, [feature("a"), feature("b")]).positions(frame)
    assert np.isfinite(positions).all()


def test_a_space_survives_the_way_to_plain_data_and_back():
    space = FeatureSpace.of(pd.DataFrame({"a": [1, 2, 4]}), [feature("a", "log1p", 0.5)])
    assert FeatureSpace.from_dict(space.to_dict()) == space
