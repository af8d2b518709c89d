from dataclasses import replace

import numpy as np
import pytest

from tiercast.backtesting.sums import sums
from tiercast.modeling.total_uncertainty import TotalUncertainty
from tiercast.scoring.totals import Totals
from tiny_origin import TIERS


def test_every_sum_stands_beside_what_came(one):
    found = sums(one).set_index(["of", "group"])
    assert found["customers"].to_dict() == {
        ("base", "base"): 10,
        ("tier", "gone"): 5,
        ("tier", "rest"): 3,
        ("tier", "top"): 2,
        ("segment", "buyers"): 5,
        ("segment", "others"): 5,
    }
    assert found["expected_value"].tolist() == [160, 5, 63, 92, 155, 5]
    assert found["value"].tolist() == [150, 0, 60, 90, 150, 0]
    top = found.loc[("tier", "top"), ["value_low", "value_high"]].tolist()
    assert top == pytest.approx([92 / 1.6, 92 * 1.6])


def test_chance_of_each_customer_widens_a_sum(one):
    # Nothing shared: a spread of ln 1.6 from the customers' own variances alone.
    spread = np.log(1.6) / 1.6449
    variance = 160**2 * np.expm1(spread**2) / 10
    alone = replace(
        one,
        total_uncertainty=TotalUncertainty(0.0),
        scores=one.scores.assign(value_variance=variance),
    )
    base = sums(alone).iloc[0]
    median = 160 / np.exp(spread**2 / 2)  # of a lognormal of mean 160
    assert [base["value_low"], base["value_high"]] == pytest.approx([median / 1.6, median * 1.6])


def test_intervals_are_those_of_a_manifest(one):
    told = Totals(TIERS)
    told.add(one.scores)
    manifest = told.sums(one.total_uncertainty)
    found = sums(one)
    for kind, name in (("tier", "tiers"), ("segment", "segments")):
        ours = found[found["of"] == kind].set_index("group")["value_high"].to_dict()
        assert ours == {group: one["value_high"] for group, one in manifest[name].items()}
