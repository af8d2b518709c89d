"""The scores of a label table: every customer, the columns that apply, reasons by column."""

import shutil

import numpy as np
import pandas as pd
import pytest

from labelled import UNLABELLED, label_table
from tiercast.config.errors import InputError
from tiercast.definitions.churn_definition import churn_definition
from tiercast.monitoring.monitor import monitor
from tiercast.scoring.explain import explain
from tiercast.scoring.shap_values import shap_values
from tiercast.transitions.migration import migration
from tiercast.verbs.check import check
from tiercast.verbs.export import export, lists
from tiercast.verbs.features import features
from tiercast.verbs.verify import verify


@pytest.fixture(scope="module")
def scores(trained_labels):
    return trained_labels.scores.to_pandas()


def test_customers_without_a_label_are_scored_too(scores):
    assert len(scores) == len(label_table())
    assert scores["churn_probability"].head(UNLABELLED).between(0, 1).all()


def test_there_are_the_columns_that_apply_and_no_others(scores):
    assert {"churn_probability", "expected_value", "tier", "reasons", "action"} <= {*scores}
    assert not {"r_score", "lifecycle_stage", "segment", "next_order_date"} & {*scores}


def test_the_expected_value_is_the_value_weighted_by_staying(scores):
    fee = label_table()["fee"].to_numpy()
    assert np.allclose(scores["expected_value"], fee * (1 - scores["churn_probability"]))


def test_as_many_are_said_to_leave_as_the_risks_sum_to(scores):
    leaving = scores["tier"] == "leaving"
    assert leaving.sum() == round(scores["churn_probability"].sum())
    least, most = (scores.loc[rows, "churn_probability"] for rows in (leaving, ~leaving))
    assert least.min() >= most.max()


def test_the_last_tier_has_the_chance_to_leave_and_others_that_of_their_value(scores):
    chances = [dict(one) for one in scores["tier_probabilities"]]
    assert np.allclose([one["leaving"] for one in chances], scores["churn_probability"])
    assert np.allclose([sum(one.values()) for one in chances], 1.0)


def test_a_reason_is_a_column_of_the_table(scores):
    named = {reason["feature"] for row in scores["reasons"] for reason in row}
    assert named == {"plan", "months", "fee", "paid"}


def test_the_manifest_says_what_was_forecast_and_that_it_is_a_cross_section(labels):
    from tiercast.artifacts.dataset import manifest_of

    manifest = manifest_of(labels.scored.folder)
    assert manifest["outcome"] == "left, value: fee"
    assert any(note.startswith("A cross-section") for note in manifest["notes"])


def test_shapley_values_add_up_to_the_log_odds(labels, scores):
    found = shap_values(labels.config)
    log_odds = found.base_value + found.values.sum(axis=1)
    assert np.allclose(1 / (1 + np.exp(-log_odds)), scores["churn_probability"], atol=1e-4)


def test_a_customer_is_explained_without_orders(labels):
    story = explain(labels.config, "c0100")
    assert story.orders is None
    assert story.score["reasons"]


def test_lists_go_by_risk_and_value_at_stake(labels):
    assert [one.name for one in lists(labels.config)] == [
        *("save", "check_in", "value_at_stake", "keep", "everyone")
    ]


def test_the_data_are_ready(labels, tmp_path):
    output = labels.config.output.model_copy(update={"path": str(tmp_path / "out")})
    found = check(labels.config.model_copy(update={"output": output}))
    assert found.readiness.state in ("ok", "recommendation")


@pytest.mark.parametrize("command", [verify, monitor, migration, churn_definition, features])
def test_what_needs_time_says_that_it_does_not_apply(labels, command):
    with pytest.raises(InputError, match="does not apply to `churn: label`: "):
        command(labels.config)


def test_an_export_writes_the_likeliest_first(labels, tmp_path):
    path = shutil.copytree(labels.config.output.path, tmp_path / "out")
    output = labels.config.output.model_copy(update={"path": str(path)})
    config = labels.config.model_copy(update={"output": output})
    found = export(config, "save", language="en")
    risks = pd.read_csv(found.file)["Churn risk"]
    assert len(risks) == found.customers > 0
    assert risks.is_monotonic_decreasing
    assert export(config, "save", format="xlsx").customers == found.customers
