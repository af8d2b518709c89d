import datetime as dt
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from tiercast.tracking.registry import load_version
from tiercast.training.compare import compare
from tiercast.training.known_outcomes import JudgedVersion, known_outcomes
from tiercast.training.stored import stored_predictions
from tiercast.training.train import train
from trained_base import working_in

# A month apart and more: no cutoff of one is a cutoff of another. The last order is of June 30,
# so that a horizon of 45 days from May 17 on is over.
TRAINED = {"1": "2024-04-01", "2": "2024-05-06", "3": "2024-06-12"}
LAST_MATURED = dt.date(2024, 5, 17)


@pytest.fixture(scope="module")
def three_months(trained_shop):
    """Return the config of the shop after three trainings, each a month after the other."""
    output = trained_shop.config.output.model_copy(update={"path": "runs/monthly"})
    config = trained_shop.config.model_copy(update={"name": "monthly", "output": output})
    with working_in(trained_shop.folder):
        for day in TRAINED.values():
            train(config, day, trials=0)
    return config


@pytest.fixture
def config(three_months, text_ids):
    return three_months


@pytest.fixture(scope="module")
def compared(three_months):
    """Compare two versions, each pair once."""
    return cache(lambda version, against: compare(three_months, version, against))


def asked(config, version):
    return JudgedVersion(
        version, load_version(config, version), stored_predictions(config, version)
    )


@pytest.mark.usefixtures("config")
@pytest.mark.parametrize(
    ("version", "against", "note"),
    [
        ("2", "1", "Metrics are of 2024-05-17, after both trainings, both as deployed."),
        ("3", "1", "version 1 as deployed: it was trained before that day."),
        (
            "3",
            "2",
            "it was trained as of 2024-05-06 and saw some of the outcomes",
        ),
    ],
)
def test_versions_of_monthly_trainings_are_told_apart_with_intervals(
    compared, version, against, note
):
    found = compared(version, against)
    told = found.metrics.set_index("metric")
    assert {"auc", "log_loss", "gini", "total_error"} <= set(told.index)
    assert told[["ours", "theirs", "difference", "low", "high"]].notna().all(axis=None)
    assert (told["low"] <= told["difference"]).all()
    assert (told["difference"] <= told["high"]).all()
    assert note in found.notes[0]


@pytest.mark.usefixtures("config")
def test_turned_around_the_differences_change_their_sign(compared):
    one, other = (
        compared(*pair).metrics.set_index("metric")["difference"]
        for pair in (("3", "1"), ("1", "3"))
    )
    assert one.to_numpy() == pytest.approx(-other.to_numpy())


def test_what_came_of_a_matured_day_stands_beside_what_both_told(config):
    ours, theirs, _ = known_outcomes(config, asked(config, "2"), asked(config, "1"))
    lines = pd.read_parquet(config.sources["transactions"].path)
    before = lines[lines["ordered_at"] < pd.Timestamp(LAST_MATURED)]
    window = lines[lines["ordered_at"] >= pd.Timestamp(LAST_MATURED)]
    assert set(ours["as_of"]) == {LAST_MATURED}
    assert set(ours["customer_id"]) <= set(before["customer_id"])
    spent = window.groupby("customer_id")["amount"].sum().clip(lower=0)
    expected = ours["customer_id"].map(spent).fillna(0.0)
    assert ours["value"].to_numpy() == pytest.approx(expected.to_numpy())
    assert (ours["customer_id"] == theirs["customer_id"]).all()


def test_versions_that_forecast_different_things_are_not_compared(config):
    ours, theirs = asked(config, "2"), asked(config, "1")
    facts = theirs.model.facts.model_copy(update={"horizon_days": 90})
    other = replace(theirs, model=replace(theirs.model, facts=facts))
    assert known_outcomes(config, ours, other) == (
        None,
        None,
        (
            "No metrics: version 2 forecasts revenue within 45 days, version 1 revenue within 90 "
            "days.",
        ),
    )


def test_without_a_matured_day_or_a_record_that_is_said(config):
    ours = replace(asked(config, "3"), record=None)
    *_, (note,) = known_outcomes(config, ours, asked(config, "2"))
    assert note == (
        "No metrics: no horizon has passed since version 3 was trained as of 2024-06-12, and its "
        "record of past forecasts is empty or not here."
    )


def test_a_source_that_is_gone_leaves_the_rest_of_the_comparison(config):
    source = config.sources["transactions"].model_copy(update={"path": "gone.parquet"})
    found = compare(config.model_copy(update={"sources": {"transactions": source}}), "3", "1")
    assert found.metrics.empty
    assert len(found.versions) == 3
    assert "No metrics: " in found.notes[0]
    assert "gone.parquet" in found.notes[0]
