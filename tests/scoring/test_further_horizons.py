"""CDNOW's tenth with three further horizons: two that its history allows, and one too long."""

import itertools
import json

import pyarrow.compute as pc
import pytest

from tiercast.artifacts.dataset import manifest_of
from tiercast.modeling.predicted import FALLING, FIGURES, further_columns
from tiercast.reporting.horizons import base_table, customer_table
from tiercast.reporting.messages import load_messages
from tiercast.scoring.explain import explain
from trained_base import CDNOW_DAY, TrainedBase, column_bytes, train_and_score, working_in

HORIZONS = {"horizon_days": [90, 365, 30, 180]}
FURTHER = (30, 180)
VERSIONS = ("model_name", "model_version", "run_id")


@pytest.fixture(scope="module")
def several(tmp_path_factory, tenth_tables) -> TrainedBase:
    """Return the tenth of `tenth`, trained as it but for the further horizons."""
    folder = tmp_path_factory.mktemp("several")
    settings = {"name": "tenth", "train": {"trials": 2, "snapshots": 5}, "outlook": HORIZONS}
    return train_and_score(folder, tenth_tables, CDNOW_DAY, **settings)


@pytest.fixture(scope="module")
def manifest(several):
    """Return what the scores say of themselves."""
    return manifest_of(several.folder / several.scored.folder)


def in_order(several):
    """Return each figure's columns, from the shortest horizon to the longest."""
    names = {30: "_30d", 90: "", 180: "_180d"}
    return {one: [several.scores[f"{one}{names[days]}"] for days in names] for one in FIGURES}


def test_the_main_columns_have_the_bytes_of_that_horizon_alone(several, tenth):
    alone = column_bytes(tenth.scores, *VERSIONS)
    own = column_bytes(several.scores, *VERSIONS, *further_columns(FURTHER))
    assert own == alone


def test_each_further_horizon_has_four_whole_columns(several):
    for name in further_columns(FURTHER):
        assert several.scores[name].null_count == 0
        assert not pc.any(pc.is_nan(several.scores[name])).as_py()
    assert not [name for name in several.scores.column_names if name.endswith("_365d")]


@pytest.mark.parametrize("figure", FIGURES)
def test_no_customer_is_promised_less_within_a_longer_horizon(several, figure):
    columns = in_order(several)[figure]
    for shorter, longer in itertools.pairwise(columns):
        pair = (longer, shorter) if figure in FALLING else (shorter, longer)
        assert pc.all(pc.less_equal(*pair)).as_py()


def test_an_expected_value_lies_in_its_own_interval(several):
    for days in FURTHER:
        value, low, high = (several.scores[f"{one}_{days}d"] for one in FIGURES[1:])
        assert pc.all(pc.and_(pc.less_equal(low, value), pc.less_equal(value, high))).as_py()


def test_the_manifest_names_each_target_with_its_sums(several, manifest):
    entries = manifest["further_horizons"]
    assert [(one["horizon_days"], one["value"]) for one in entries] == [
        (days, "revenue") for days in FURTHER
    ]
    for one in entries:
        total = pc.sum(several.scores[f"expected_value_{one['horizon_days']}d"]).as_py()
        assert one["sums"]["base"]["expected_value"] == pytest.approx(total)


def test_sums_of_a_longer_horizon_lie_no_lower(manifest):
    shorter, longer = manifest["further_horizons"]
    for name in ("expected_value", "value_low", "value_high"):
        sums = [one["sums"]["base"][name] for one in (shorter, manifest, longer)]
        assert sums == sorted(sums)


def test_explain_says_each_horizon_by_itself(several):
    with working_in(several.folder):
        story = explain(several.config, several.scores["customer_id"][0].as_py(), CDNOW_DAY)
    (table,) = customer_table(story.score, story.manifest, load_messages("en"))
    names = [row[0].text for row in table.rows]
    assert names == ["30 days", "90 days (main)", "180 days"]


def test_the_report_has_a_row_for_each_horizon(several, manifest):
    (table,) = base_table(manifest, load_messages("zh"))
    assert [row[0].text for row in table.rows] == ["30 天", "90 天（主预测期）", "180 天"]
    assert base_table({**manifest, "further_horizons": []}, load_messages("en")) == []


def test_the_model_card_and_the_summary_have_each_horizon(several):
    folder = several.folder / several.trained.evaluation_folder
    card = (folder / "model_card.md").read_text(encoding="utf-8")
    assert "| horizon | 30 days | 180 days |" in card
    assert "There will be no forecasts of 365 days." in card
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert set(summary["further_metrics"]) == {"30", "180"}


def test_scoring_says_which_horizon_the_model_lacks(several):
    (note,) = [one for one in several.scored.notes if "has no forecasts of" in one]
    assert note.startswith("The model has no forecasts of 365 days")


def test_the_result_has_the_total_of_each_horizon(several, manifest):
    shown = [(one.target.horizon_days, one.expected) for one in several.scored.further]
    entries = manifest["further_horizons"]
    assert shown == [(one["horizon_days"], one["expected_value"]) for one in entries]
