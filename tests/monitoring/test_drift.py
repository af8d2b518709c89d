import datetime as dt

import pandas as pd
import pytest

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.reference import SCORE_COLUMNS
from tiercast.config.errors import InputError
from tiercast.monitoring.drift import drift
from tiercast.monitoring.reference import reference_of
from tiny_batch import SCORED, scores

APRIL = dt.date(2024, 4, 1)


@pytest.fixture
def two(output):
    """Return two batches of one version; in the second, everyone is from the south."""
    first, second = output.write(), output.write(APRIL, scores().assign(churn_probability=0.95))
    features = second.features / "part-00000.parquet"

    pd.read_parquet(features).assign(region="south").drop(columns="recency_days").to_parquet(
        features, index=False
    )
    return [first, second]


@pytest.fixture
def changes(output, two):
    reference, _ = reference_of(OutputFolder(output.folder), two[1], two)
    return {one.tracked.name: one.change for one in drift(two[1], reference)}


def test_without_a_record_of_training_the_first_batch_stands_in(output, two):
    reference, note = reference_of(OutputFolder(output.folder), two[1], two)
    assert (reference.as_of, reference.customers, reference.usual_days) == (SCORED, 8, None)
    assert {one.name for one in reference.columns} == {*SCORE_COLUMNS, "recency_days", "region"}
    assert "version 1 left no record" in note


def test_a_batch_of_another_version_is_no_reference(output, two):
    newest = output.write(dt.date(2024, 5, 1), version="2")
    reference, _ = reference_of(OutputFolder(output.folder), newest, [*two, newest])
    assert reference.as_of == newest.as_of


def test_a_batch_has_not_moved_from_itself(output, two):
    reference, _ = reference_of(OutputFolder(output.folder), two[0], two)
    assert {one.change.psi for one in drift(two[0], reference)} == {0.0}


def test_columns_that_moved_or_are_gone_are_told(changes):
    assert changes["churn_probability"].psi > 1
    assert changes["tier"].psi == 0
    assert changes["recency_days"].missing == 1.0
    assert changes["region"].gone == {"north": 0.75}


def test_missing_features_are_refused_with_the_remedy(output, two):
    for file in two[1].features.glob("part-*"):
        file.unlink()
    reference, _ = reference_of(OutputFolder(output.folder), two[0], two)
    with pytest.raises(InputError, match="run `tiercast score CONFIG` again"):
        drift(two[1], reference)
