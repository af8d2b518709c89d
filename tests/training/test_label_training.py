"""A label table is trained by folds: unseen customers, calibrated, registered, compared."""

import pandas as pd
import pytest

from tiercast.config.errors import InputError
from tiercast.training.stored import CARD, PREDICTIONS
from tiercast.training.train import train


def test_every_labelled_customer_is_forecast_once_by_models_that_did_not_see_them(labels):
    rows = pd.read_parquet(labels.trained.evaluation_folder / PREDICTIONS)
    assert rows["customer_id"].is_unique
    assert rows.groupby("fold")["ordered"].mean().std() < 0.01  # stratified


def test_the_law_is_found_and_risks_are_calibrated(labels):
    figures = labels.trained.metrics
    assert figures["auc"] > 0.75
    assert abs(figures["total_bias"]) < 0.05


def test_the_first_version_is_the_champion_and_the_same_table_is_no_better(labels):
    assert labels.trained.decision.outcome == "promoted"
    assert set(labels.trained.by_cutoff) == {1, 2, 3, 4, 5}


def test_the_card_says_that_it_is_a_cross_section(labels):
    card = (labels.trained.evaluation_folder / CARD).read_text(encoding="utf-8")
    assert "The table is a cross-section" in card
    assert "| fold | 1 | 2 | 3 | 4 | 5 | mean |" in card


def test_without_a_day_the_command_says_how_to_name_one(labels):
    outlook = labels.config.outlook.model_copy(update={"as_of": None})
    undated = labels.config.model_copy(update={"outlook": outlook})
    with pytest.raises(InputError, match="use --as-of YYYY-MM-DD, or write"):
        train(undated)
