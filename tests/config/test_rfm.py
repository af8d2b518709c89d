import pytest
from pydantic import ValidationError

from tiercast.config.rfm import RfmConfig


def test_edges_set_the_method_and_the_bins():
    edges = {"recency_days": [30, 60], "orders": [2, 5], "amount": [100, 500]}
    rfm = RfmConfig.model_validate({"edges": edges})
    assert (rfm.method, rfm.bins) == ("edges", 3)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"method": "edges"}, "go together"),
        (
            {"edges": {"recency_days": [30, 60], "orders": [2], "amount": [9, 99]}},
            "3 bins need one edge less each",
        ),
        (
            {"edges": {"recency_days": [60, 30], "orders": [2, 3], "amount": [9, 99]}},
            "edges must rise",
        ),
        ({"edges": {"recency_days": [], "orders": [], "amount": []}}, "at least 1 item"),
        ({"weights": {"recency": 0}}, "greater than 0"),
        ({"bins": 1}, "greater than or equal to 2"),
    ],
)
def test_rfm_settings_that_contradict_themselves_are_refused(given, text):
    with pytest.raises(ValidationError, match=text):
        RfmConfig.model_validate(given)
