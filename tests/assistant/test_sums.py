import pytest

from tiercast.app.scored_base import load_scored
from tiercast.assistant.asked_base import AskedBase
from tiercast.assistant.sums import segments, totals
from tiercast.config.errors import InputError


def test_totals_come_with_their_intervals(told, trained_tenth):
    found, scores = told.answers["totals"], trained_tenth.scores
    assert found["base"]["customers"] == scores.num_rows
    total = sum(scores["expected_value"].to_pylist())
    assert found["base"]["expected_value"] == pytest.approx(total)
    for sums in (found["base"], *found["tiers"].values()):
        assert sums["value_low"] <= sums["expected_value"] <= sums["value_high"]


def test_a_segment_has_its_mean_risk(told, trained_tenth):
    rows = trained_tenth.scores.select(["segment", "churn_probability"]).to_pandas()
    means = rows.groupby("segment")["churn_probability"].mean()
    shown = told.answers["segments"]["segments"]
    assert set(shown) == set(means.index)
    large = {n: one for n, one in shown.items() if "churn_probability" in one}
    assert large
    for name, one in large.items():
        assert one["churn_probability"] == pytest.approx(means[name])


def test_no_figure_of_a_small_group_is_told(told_of_shop):
    groups = told_of_shop.answers["segments"]["segments"].values()
    tiers = told_of_shop.answers["totals"]["tiers"].values()
    small = {"customers": "<100000"}
    assert all(one == small or one["customers"] == 0 for one in (*groups, *tiers))


def test_a_label_table_has_totals_but_no_segments(labels):
    asked = AskedBase(load_scored(labels.config, labels.scored.as_of))
    assert totals(asked)["base"]["customers"] == labels.scores.num_rows
    with pytest.raises(InputError, match="label table, which has no orders to find segments in"):
        segments(asked)
