import numpy as np
import pandas as pd
import pytest

from tiercast.training.shap_figures import Explained, explained, importance_bar, summary
from tiny_model import tiny_features, tiny_model


@pytest.fixture
def found():
    values = pd.DataFrame({"small": [0.1, -0.1, 0.1], "large": [1.0, -2.0, 0.0]})
    features = pd.DataFrame({"small": [1.0, 2.0, 3.0], "large": [30.0, np.nan, 10.0]})
    return Explained(values, features)


def test_columns_are_ranked_by_the_mean_size_of_their_effects(found):
    assert found.importance().to_dict("records") == [
        {"feature": "large", "mean_abs_shap": 1.0},
        {"feature": "small", "mean_abs_shap": pytest.approx(0.1)},
    ]
    (bar,) = importance_bar(found).data
    assert list(bar.y) == ["small", "large"]


def test_each_customer_is_a_point_on_the_line_of_each_feature(found):
    small, large = summary(found).data
    assert list(large.x) == [1.0, -2.0, 0.0]
    assert all(abs(y - 1) <= 0.35 for y in large.y)
    assert list(large.marker.color) == [1.0, 0.5, 0.5]  # of two ranks the lower is a half
    assert list(small.marker.color) == pytest.approx([1 / 3, 2 / 3, 1], abs=1e-3)


def test_a_model_is_explained_on_its_base_alike_each_time():
    model, frame = tiny_model(), tiny_features()
    one, other = (explained(model, model.with_clv(frame), 7) for _ in range(2))
    pd.testing.assert_frame_equal(one.values, other.values)
    assert summary(one).to_json() == summary(other).to_json()
    region = next(points for points in summary(one).data if points.name == "region")
    assert region.marker.color == "lightgrey"
