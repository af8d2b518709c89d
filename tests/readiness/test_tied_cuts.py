import numpy as np
import pytest

from tiercast.config.tiers import TiersConfig
from tiercast.readiness.tied_cuts import TiedCuts, tied_cuts

PRICES = TiersConfig()  # the best fifth and half of the buyers


def worth(*amounts):
    """Return buyers from (amount, how many)."""
    return np.repeat([float(amount) for amount, _ in amounts], [many for _, many in amounts])


def test_buyers_worth_exactly_a_cut_are_counted_and_cuts_found_between_their_amounts():
    # Of 100 buyers in falling order, the 20th is worth 50 and the 50th 20.
    found = tied_cuts(worth((10, 30), (20, 40), (50, 30)), PRICES)
    assert found.share == pytest.approx(0.4 + 0.3)
    assert (found.usual, found.between) == ((10.0, 20.0, 50.0), (35.0, 15.0))
    assert found.way_out == (
        "`tiers.method: amounts` with `cuts` between the usual amounts (10.00, 20.00, 50.00), "
        "such as [35.00, 15.00]"
    )


def test_a_cut_that_no_usual_amount_lies_on_stays():
    # The best fifth begins among 25 buyers of 101, 102, ... each of another worth.
    rare = [(100 + n, 1) for n in range(1, 26)]
    found = tied_cuts(worth((10, 35), (20, 40), *rare), PRICES)
    assert found.share == pytest.approx(0.4)
    assert found.between == (pytest.approx(105.2), 15.0)


def test_amounts_nearly_the_same_are_not_cut_between():
    # The median is 19.90, a month of one plan; 19.80 is two of another.
    found = tied_cuts(worth((9.9, 20), (19.8, 25), (19.9, 10), (39.8, 45)), PRICES)
    assert found.between == (pytest.approx((19.9 + 39.8) / 2), pytest.approx((9.9 + 19.8) / 2))


def test_cuts_on_nearly_the_same_amounts_ask_for_fewer_tiers():
    found = tied_cuts(worth((9.9, 20), (19.8, 45), (19.9, 35)), PRICES)
    assert len(found.between) == 1
    assert found.way_out.endswith("and fewer `tiers.names`")


def test_the_lowest_usual_amount_is_cut_below():
    found = tied_cuts(worth((5, 4), (10, 66), (50, 30)), PRICES)
    assert found.between == (30.0, 5.0)


def test_values_that_differ_are_not_tied_to_the_cut_among_them():
    # With 11 buyers the quantiles are two of them.
    assert tied_cuts(np.arange(1.0, 12.0), PRICES) == TiedCuts(0.0, (), (9.0, 6.0), 2)


@pytest.mark.parametrize("cuts", [(20.0, 15.0), (20.0 + 1e-12, 15.0)])
def test_amounts_of_the_config_can_be_tied_too(cuts):
    amounts = TiersConfig(method="amounts", cuts=cuts)
    assert tied_cuts(worth((10, 30), (20, 40), (50, 30)), amounts).share == 0.4


def test_where_no_tiers_can_be_cut_nothing_is_told_of_ties():
    assert tied_cuts(worth((10, 90), (50, 10)), PRICES) is None
