"""A label table is trained by folds: unseen customers, calibrated, registered, compared."""

import datetime as dt
import os

import pandas as pd
import pytest

from labelled import label_table
from tiercast.config.errors import InputError
from tiercast.config.source import SourceConfig
from tiercast.feature_store.history import open_history
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


def undated(config, **source):
    outlook = config.outlook.model_copy(update={"as_of": None})
    found = config.model_copy(update={"outlook": outlook})
    if not source:
        return found
    return found.model_copy(update={"sources": {"customers": SourceConfig(**source)}})


def test_without_a_day_it_is_the_one_of_the_file_s_last_change(labels, tmp_path):
    file = tmp_path / "customers.csv"
    label_table().to_csv(file, index=False)
    noon = dt.datetime(2023, 5, 6, 12, tzinfo=dt.UTC).timestamp()
    os.utime(file, (noon, noon))
    config = undated(labels.config, path=str(file))
    with open_history(config) as history:
        assert history.day == dt.date(2023, 5, 6)
    with open_history(config, "2024-01-01") as history:
        assert history.day == dt.date(2024, 1, 1)


def test_without_a_day_and_a_file_the_command_says_how_to_name_one(labels):
    config = undated(labels.config, connection="postgresql://127.0.0.1:1/x", table="customers")
    with pytest.raises(InputError, match="use --as-of YYYY-MM-DD, or write"):
        train(config)
