import itertools

import pytest

from tiercast.segments.rfm_rules import RFM_RULES, segment_grid

CELLS = list(itertools.product(range(1, 6), repeat=3))


def test_the_names_cover_all_125_cells_and_each_name_is_used():
    grid = segment_grid()
    assert grid.shape == (5, 5, 5)
    assert set(grid.ravel().tolist()) == {rule.segment for rule in RFM_RULES}
    assert len({rule.segment for rule in RFM_RULES}) == len(RFM_RULES) == 11


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_cell_has_the_name_of_the_first_rule_that_fits(cell):
    fitting = [rule.segment for rule in RFM_RULES if rule.fits(*cell)]
    recency, frequency, monetary = cell
    assert segment_grid()[recency - 1, frequency - 1, monetary - 1] == fitting[0]


@pytest.mark.parametrize(
    ("cell", "segment"),
    [
        ("555", "champions"),
        ("444", "champions"),
        ("541", "loyal"),
        ("345", "loyal"),
        ("525", "potential_loyalist"),
        ("515", "new_customers"),
        ("411", "promising"),
        ("333", "need_attention"),
        ("331", "about_to_sleep"),
        ("311", "about_to_sleep"),
        ("133", "at_risk"),
        ("251", "at_risk"),
        ("155", "cannot_lose_them"),
        ("222", "hibernating"),
        ("111", "lost"),
    ],
)
def test_well_known_cells_have_their_usual_names(cell, segment):
    recency, frequency, monetary = (int(score) - 1 for score in cell)
    assert segment_grid()[recency, frequency, monetary] == segment
