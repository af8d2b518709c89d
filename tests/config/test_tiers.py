import pytest
from pydantic import ValidationError

from tiercast.config.tiers import TiersConfig


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"names": ["only"], "cuts": []}, "at least two and distinct"),
        ({"names": ["a", "a", "b"], "cuts": [0.5]}, "at least two and distinct"),
        ({"cuts": [0.5]}, "4 tier names need 2 cuts"),
        ({"cuts": [0.5, 0.8]}, "must fall from the best tier on"),
        ({"cuts": [0.5, 0.5]}, "must fall"),
        ({"cuts": [80, 50]}, "between 0 and 1"),
        ({"method": "amounts"}, "`method: amounts` needs `cuts` in money, best tier first"),
        ({"method": "amounts", "cuts": [10, -5]}, r"above 0, but got \(10\.0, -5\.0\)"),
        ({"method": "amounts", "cuts": [10, 0]}, "must be above 0"),
        ({"method": "amounts", "cuts": [float("inf"), 5]}, "must be above 0"),
        ({"method": "natural_breaks", "cuts": [0.9, 0.1]}, "the cuts are found, but got cuts"),
    ],
)
def test_tiers_that_contradict_themselves_are_refused(given, text):
    with pytest.raises(ValidationError, match=text):
        TiersConfig.model_validate(given)


def test_amounts_cut_money():
    tiers = TiersConfig.model_validate({"method": "amounts", "cuts": [500, 100]})
    assert tiers.cuts == (500.0, 100.0)


def test_natural_breaks_need_no_cuts():
    tiers = TiersConfig.model_validate({"method": "natural_breaks"})
    assert tiers.cuts == ()
    assert TiersConfig.model_validate(tiers.model_dump()) == tiers
