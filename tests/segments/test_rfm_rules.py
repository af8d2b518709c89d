import itertools

import pytest

from tiercast.segments.rfm_rules import DEFAULT_RULES, SIMPLE_RULES, RfmRule, segment_grid

CELLS = list(itertools.product(range(1, 6), repeat=3))


@pytest.mark.parametrize(("rules", "names"), [(DEFAULT_RULES, 11), (SIMPLE_RULES, 6)])
def test_the_names_cover_all_125_cells_and_each_name_is_used(rules, names):
    grid = segment_grid(rules)
    assert grid.shape == (5, 5, 5)
    assert set(grid.ravel().tolist()) == {rule.segment for rule in rules}
    assert len({rule.segment for rule in rules}) == len(rules) == names


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_cell_has_the_name_of_the_first_rule_that_fits(cell):
    fitting = [rule.segment for rule in DEFAULT_RULES if rule.fits(*cell)]
    recency, frequency, monetary = cell
    assert segment_grid(DEFAULT_RULES)[recency - 1, frequency - 1, monetary - 1] == fitting[0]


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
    assert segment_grid(DEFAULT_RULES)[recency, frequency, monetary] == segment


def test_only_the_best_of_all_scores_is_a_champion_of_the_simple_table():
    grid = segment_grid(SIMPLE_RULES)
    assert grid[4, 4, 4] == "champions"
    assert (grid == "champions").sum() == 1
    assert grid[2, 2, 2] == "general"


def test_rules_that_leave_a_cell_unnamed_are_refused():
    with pytest.raises(ValueError, match="none fits 111"):
        segment_grid([RfmRule("recent", "", recency=(2, 5))])
