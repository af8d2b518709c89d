import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from stored_parts import read_back, stored
from tiercast.modeling.calibration import Calibration
from tiercast.modeling.certainty import Certainty
from tiercast.modeling.design_matrix import DesignMatrix
from tiercast.modeling.ensemble import Ensemble
from tiercast.modeling.linear import LinearModel
from tiercast.modeling.next_order import WaitingTimes
from tiercast.modeling.shapes import ValueShapes
from tiercast.modeling.tier_sets import TierSets
from tiercast.modeling.total_uncertainty import TotalUncertainty

AWKWARD = np.random.default_rng(0).standard_normal(1000) * 10.0 ** np.arange(-300, 300, 0.6)
PARTS = (
    Calibration(0.123456789012345, -0.2),
    DesignMatrix(("age",), {"region": ("south", "north")}),
    Ensemble((0.1, 0.2, 0.7), 0.123456789012345, 0.9),
    Ensemble(certain=Certainty(True, 7)),
    LinearModel(AWKWARD, AWKWARD, np.array([], dtype=int), AWKWARD, 0.1),
    TierSets(np.array([0.1, 0.25])),
    TotalUncertainty(0.123456789012345),
    ValueShapes(np.empty(0), AWKWARD[np.newaxis]),
    WaitingTimes.unfitted(),
)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_a_part_comes_back_to_the_last_bit(part):
    back = read_back(part)
    assert type(back) is type(part)
    assert stored(back) == stored(part)


def test_arrays_come_back_with_their_types_and_shapes():
    back = read_back(PARTS[4])
    assert back.centre.tobytes() == AWKWARD.tobytes()
    assert (back.gaps.dtype, back.gaps.shape) == (np.dtype(int), (0,))
    assert read_back(PARTS[7]).quantiles.shape == (1, len(AWKWARD))


def test_a_part_of_another_shape_is_refused():
    with pytest.raises(ValidationError, match="numeric"):
        TypeAdapter(DesignMatrix).validate_python({"numeric": "age", "levels": {}})
