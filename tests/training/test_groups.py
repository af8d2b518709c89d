"""Groups of customers: trained, scored and reported once, looked at often."""

import datetime as dt
import json

import pandas as pd
import pyarrow.parquet as pq
import pytest

from grouped import DAY, FEW, NORTH, SOUTH, grouped_shop
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.reporting.report import build_report
from tiercast.segments.tiers import true_tiers
from tiercast.tracking.registry import load_version
from tiercast.training import group_choice
from tiercast.training.stored import CARD
from trained_base import TrainedBase, left_as_it_was, train_and_score

UNKNOWN = "unknown"


@pytest.fixture(scope="module")
def trained_groups(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_choice, "LEAST_CUSTOMERS", 100)
        patch.setattr(group_choice, "LEAST_OUTCOMES", 50)
        return train_and_score(
            tmp_path_factory.mktemp("groups"),
            grouped_shop(),
            dt.date.fromisoformat(DAY),
            by="region",
            train={"trials": 0, "snapshots": 5},
            outlook={"horizon_days": 60},
        )


@pytest.fixture
def groups(trained_groups):
    with left_as_it_was(trained_groups):
        yield trained_groups


@pytest.fixture
def scores(groups: TrainedBase) -> pd.DataFrame:
    return groups.scores.to_pandas()


@pytest.fixture
def manifest(groups: TrainedBase) -> dict:
    return json.loads((groups.scored.folder / "manifest.json").read_text(encoding="utf-8"))


def test_every_customer_is_in_a_group_and_who_has_none_is_unknown(scores):
    region = grouped_shop()["customers"].set_index("customer_id")["region"]
    found = scores.set_index("customer_id")["customer_group"]
    pd.testing.assert_series_equal(
        found, region.fillna(UNKNOWN).reindex(found.index), check_names=False, check_dtype=False
    )


def test_small_groups_have_the_model_of_all_and_say_so(groups):
    how = {one.name: (one.how, one.why) for one in groups.trained.groups}
    assert how.keys() == {NORTH, SOUTH, FEW, UNKNOWN}
    for name in (FEW, UNKNOWN):
        assert how[name] == ("shared", "fewer than 100 customers")
    card = (groups.trained.evaluation_folder / CARD).read_text(encoding="utf-8")
    assert f"| {FEW} | 20 | the model of all customers * |" in card


def test_three_ways_are_judged_for_large_groups(groups):
    for choice in groups.trained.groups:
        if choice.name in (NORTH, SOUTH):
            assert choice.figures.keys() == {"shared", "recalibrated", "own"}
            assert choice.own_tiers


def test_tiers_of_a_group_begin_where_its_own_buyers_do(manifest):
    of = manifest["groups"]["of"]
    assert max(of[SOUTH]["tier_cuts"]) < min(of[NORTH]["tier_cuts"])
    assert of[FEW]["tier_cuts"] == manifest["tier_cuts"]


def test_tiers_have_matched_sizes_in_each_group(scores, manifest):
    names = list(manifest["tiers"])
    for name, rows in scores.groupby("customer_group"):
        chances = pd.DataFrame(rows["tier_probabilities"].tolist())[names].sum()
        sizes = rows["tier"].value_counts().reindex(names, fill_value=0)
        assert (sizes - chances).abs().max() <= 1
        assert sizes.to_dict() == manifest["groups"]["of"][name]["tiers"]
        values = rows.groupby("tier")["expected_value"].agg(["min", "max"]).reindex(names)
        known = values.dropna()
        assert (known["min"].to_numpy()[:-1] >= known["max"].to_numpy()[1:]).all()


def test_totals_of_groups_add_up_and_lie_in_their_intervals(groups, manifest):
    found = groups.scored.groups
    assert sum(one.customers for one in found) == manifest["customers"]
    assert sum(one.expected for one in found) == pytest.approx(manifest["expected_value"])
    for one in found:
        assert one.low < one.expected < one.high
        stored = manifest["groups"]["of"][one.name]["sums"]["base"]
        assert (stored["value_low"], stored["value_high"]) == (one.low, one.high)


def test_past_forecasts_count_tiers_by_the_groups_cuts(groups, manifest):
    past = pd.read_parquet(groups.trained.evaluation_folder / "predictions.parquet")
    region = grouped_shop()["customers"].set_index("customer_id")["region"]
    south = past[past["customer_id"].map(region) == SOUTH]
    cuts, names = manifest["groups"]["of"][SOUTH]["tier_cuts"], list(manifest["tiers"])
    true = true_tiers(south["value"], south["ordered"], cuts)
    assert [names[tier] for tier in true] == south["true_tier"].tolist()


def test_the_stored_model_scores_a_group_as_the_batch_did(groups, scores):
    model = load_version(groups.config, groups.trained.version)
    part = next((groups.scored.folder.parents[1] / "features").glob("*/part-*.parquet"))
    frame = pq.read_table(part, partitioning=None).to_pandas()
    again = model.predict(frame).set_index("customer_id")
    first = scores.set_index("customer_id")
    for name in ("churn_probability", "expected_value"):
        assert again[name].to_dict() == pytest.approx(first[name].to_dict())
    assert again["tier"].to_dict() == first["tier"].to_dict()
    values, base = model.shap_values(frame.head(20))
    log_odds = values.sum(axis=1) + base
    churn = again["churn_probability"].to_numpy()[:20]
    assert (1 / (1 + (-log_odds).map(lambda x: 2.718281828459045**x))).to_numpy() == pytest.approx(
        churn, abs=1e-5
    )


@pytest.mark.parametrize(("language", "title"), [("en", "region: South"), ("zh", "region：South")])
def test_the_report_has_a_chapter_for_each_group(groups, language, title, tmp_path):
    config = groups.config.model_copy(update={"language": language})
    page = build_report(config, output=tmp_path / "report.html").read_text(encoding="utf-8")
    for number in range(1, 5):
        assert f'id="group-{number}"' in page
    assert title in page


def test_scores_without_groups_have_no_such_column(tenth):
    assert "customer_group" not in tenth.scores.column_names
    folder = OutputFolder.of(tenth.config).scores(tenth.scored.as_of)
    assert "groups" not in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
