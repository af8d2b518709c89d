"""The promise on CDNOW: 90 days after 1998-04-01, over everyone who had ordered before."""

import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

import tiercast
from tiercast.config.loading import load_config
from tiercast.modeling.metrics import normalised_gini
from tiercast.sources.samples import sample_path
from trained_base import CDNOW_DAY, read_parts, working_in

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lines(samples):
    """Return the order lines of all of CDNOW."""
    return pd.read_parquet(sample_path("sample://cdnow/transactions.parquet"))


@pytest.fixture(scope="module")
def scores(lines, root, tmp_path_factory):
    """Return the scores of the pipeline without tuning, trained and scored as of the day."""
    config = load_config(root / "pipelines" / "cdnow.yaml")
    with working_in(tmp_path_factory.mktemp("cdnow")):
        tiercast.train(config, CDNOW_DAY, trials=0)
        scored = tiercast.score(config, CDNOW_DAY, reasons="none")
        return read_parts(scored.folder).to_pandas()


@pytest.fixture(scope="module")
def actual(lines, scores):
    """Return what actual within 90 days, in the order of the scores: ordered and value."""
    dates = pd.to_datetime(lines["date"])
    start = pd.Timestamp(CDNOW_DAY)
    window = lines[(dates >= start) & (dates < start + pd.Timedelta(days=90))]
    spent = window.groupby(["customer_id", "date"])["dollar_value"].sum()
    by_customer = spent.groupby("customer_id").agg(
        value="sum", ordered=lambda day: (day > 0).any()
    )
    found = by_customer.reindex(scores["customer_id"]).reset_index(drop=True)
    return found.assign(
        value=found["value"].fillna(0.0), ordered=found["ordered"].eq(True).astype(int)
    )


def test_everyone_who_had_ordered_is_scored(scores):
    assert len(scores) == scores["customer_id"].nunique() == 23_502


def test_leavers_are_ranked_above_stayers(scores, actual):
    assert roc_auc_score(1 - actual["ordered"], scores["churn_probability"]) >= 0.838


def test_chances_are_calibrated(scores, actual):
    assert log_loss(1 - actual["ordered"], scores["churn_probability"]) <= 0.298


def test_money_is_ranked(scores, actual):
    gini = normalised_gini(actual["value"].to_numpy(), scores["expected_value"].to_numpy())
    assert gini >= 0.783


def test_the_total_is_within_a_fifth_of_what_came(scores, actual):
    assert abs(scores["expected_value"].sum() / actual["value"].sum() - 1) <= 0.20
