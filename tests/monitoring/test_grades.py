import math
from dataclasses import replace

import ibis
import numpy as np
import pandas as pd
import pytest

from tiercast.modeling.metrics import METRICS
from tiercast.monitoring.grades import CHECK_GROUPS, MEANINGS, SCHEMA, grades
from tiercast.monitoring.outcomes import outcomes
from tiny_batch import DUE, SCORED, TIERS, scores

SIDES = ["predicted", "actual"]


@pytest.fixture
def rows(base, activity, batch):
    return outcomes(base.connection, activity, batch, DUE)


@pytest.fixture
def found(rows, batch):
    return grades(rows, batch)


@pytest.fixture
def whole(found):
    return found[found["by"] == "all"].set_index("metric")


def test_what_came_is_counted_as_for_a_training(rows):
    frame = rows.order_by("customer_id").to_pandas()
    assert frame["churned"].tolist() == [0, 0, 1, 1, 1, 1, 1, 0]
    assert frame["value"].tolist() == [120, 50, 0, 0, 0, 0, 0, 30]
    assert [TIERS[place] for place in frame["true_tier"]] == [
        "top",
        "general",
        *["dormant"] * 5,
        "general",
    ]


def test_every_row_has_the_ledgers_columns(found):
    assert list(found.columns) == SCHEMA.names
    assert set(found["as_of"]) == {SCORED}
    assert set(found["graded_on"]) == {DUE}
    assert set(found["metric"]) <= set(MEANINGS)


def test_churn_told_stands_beside_churn_that_came(whole):
    assert whole.loc["churn", SIDES].tolist() == pytest.approx([0.55, 0.625])
    # Leavers 3, 4 at .3 and .4; 5, 6, 7 at .9, .9, .8. Stayers 1, 2, 8 at .1, .2, .8.
    # Pairs won: 3 and 4 beat two of three each, 5 and 6 all three, 7 two and ties one.
    assert whole.loc["auc", "actual"] == pytest.approx((2 + 2 + 3 + 3 + 2.5) / 15)
    assert whole.loc["brier", "actual"] == pytest.approx(
        np.mean(np.square([0.1, 0.2, 0.7, 0.6, 0.1, 0.1, 0.2, 0.8]))
    )


def test_totals_and_errors_are_in_money(whole):
    assert whole.loc["total", SIDES].tolist() == [400.0, 200.0]
    assert whole.loc["total_low", "predicted"] == 150.0
    assert whole.loc["total_inside", "actual"] == 1.0
    assert whole.loc["mae", "actual"] == pytest.approx((30 + 60 + 60 + 40 + 20 + 10 + 5 + 25) / 8)


def test_intervals_sets_and_confidence_are_held_against_what_came(whole):
    # Limits are 215, 155, 80, 50, 20, 5, -2.5 and -2.5: customers 7 (0) and 8 (30) are outside.
    assert whole.loc["interval", SIDES].tolist() == [0.9, 0.75]
    assert whole.loc["tier_set", "actual"] == pytest.approx(6 / 8)  # but for 2 and 3
    assert whole.loc["tier_confidence", SIDES].tolist() == pytest.approx([0.7, 0.5])


def test_groups_are_graded_too(found):
    by = found.set_index(["by", "group", "metric"])
    assert by.loc[("tier", "top", "total"), SIDES].tolist() == [260.0, 170.0]
    assert by.loc[("segment", "lapsed", "churn"), "actual"] == 0.75
    assert by.loc[("segment", "loyal", "churn"), "customers"] == 4
    sizes = by.loc["tier"].xs("tier_size", level="metric")
    assert sizes[SIDES].to_numpy().tolist() == [[2, 1], [2, 2], [4, 5]]


def test_groups_of_customers_are_graded_by_their_own_tiers_and_totals(base, activity, output):
    rows = scores().assign(customer_group=["north"] * 4 + ["south"] * 4)
    total = {"base": {"value_low": 160.0, "value_high": 400.0}}
    of = {
        "north": {"tier_cuts": [40.0], "sums": total},
        "south": {"tier_cuts": [100.0], "sums": total},
        "west": {"tier_cuts": [100.0], "sums": total},  # nobody now
    }
    written = output.write(rows=rows)
    batch = replace(written, manifest=written.manifest | {"groups": {"by": "region", "of": of}})
    found = grades(outcomes(base.connection, activity, batch, DUE), batch)
    by = found[found["by"] == "customer_group"].set_index(["group", "metric"])
    assert set(by.index.get_level_values("group")) == {"north", "south"}
    assert by.loc[("north", "total"), SIDES].tolist() == [360.0, 170.0]
    assert by.loc[("north", "total_inside"), "actual"] == 1.0
    assert by.loc[("south", "total_inside"), "actual"] == 0.0
    assert by.loc[("south", "total"), "actual"] == 30.0
    top = found.set_index(["by", "group", "metric"]).loc[("tier", "top", "tier_size")]
    assert top[SIDES].tolist() == [2, 2]  # 50 is top in the north


def test_those_whom_a_campaign_reached_are_graded_apart(base, activity, batch, monkeypatch):
    monkeypatch.setattr("tiercast.monitoring.grades.LEAST_OF_A_SIDE", 1)
    times = pd.to_datetime([SCORED, DUE])
    contacts = ibis.memtable(pd.DataFrame({"customer_id": [1, 2], "contacted_at": times}))
    treated = replace(activity, contacts=contacts)
    found = grades(outcomes(base.connection, treated, batch, DUE), batch)
    by = found[found["by"] == "contacted"].set_index(["group", "metric"])
    assert by.loc[("yes", "total"), ["actual", "customers"]].tolist() == [120.0, 1]
    assert by.loc[("no", "total"), ["actual", "customers"]].tolist() == [80.0, 7]
    assert "total_low" not in by.index.get_level_values("metric")


def test_what_cannot_be_told_of_a_group_has_no_row(found):
    nobody_left = found[(found["by"] == "tier") & (found["group"] == "top")]
    assert "auc" not in set(nobody_left["metric"])
    assert "ece" not in set(nobody_left["metric"])


def test_a_batch_of_ids_that_became_text_finds_its_customers(base, activity, output):
    batch = output.write(rows=scores().assign(customer_id=lambda f: f["customer_id"].astype(str)))
    frame = outcomes(base.connection, activity, batch, DUE).to_pandas()
    assert frame["value"].sum() == 200.0


@pytest.mark.parametrize("metric", [metric for metric in METRICS if metric.name in MEANINGS])
def test_metrics_are_those_of_training(metric, rows, whole):
    frame = rows.order_by("customer_id").to_pandas()
    told, came = {
        "churn": ("churn_probability", "churned"),
        "value": ("expected_value", "value"),
    }[metric.kind]
    expected = metric.function(frame[came].to_numpy(), frame[told].to_numpy())
    assert whole.loc[metric.name, "actual"] == pytest.approx(expected)
    assert not math.isnan(expected)


def test_every_check_has_a_name_of_its_own():
    names = [check.name for subject in CHECK_GROUPS for check in subject.checks]
    assert len(set(names)) == len(names)
