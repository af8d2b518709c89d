import json
from datetime import date

import pytest

from tiercast.config.errors import InputError
from tiercast.modeling.target import Target
from tiercast.reporting.inputs import FEATURES, read_inputs
from tiercast.sources.workspace import workspace

EARLIER = date(2024, 2, 1)


def test_the_latest_complete_scores_are_read(run, reading):
    run.write_all(as_of=EARLIER)
    unfinished = run.output / "scores" / "as_of=2024-04-01"
    unfinished.mkdir()
    (unfinished / "part-00000.parquet").write_bytes(b"")
    assert reading(run).as_of == date(2024, 3, 1)


def test_scores_of_an_asked_date_are_read(run):
    run.write_all(as_of=EARLIER)
    with workspace() as connection:
        inputs = read_inputs(connection, run.config, EARLIER)
        days = inputs.base.as_of.to_pandas()
    assert inputs.as_of == EARLIER
    assert set(days.astype(str)) == {"2024-02-01"}


def test_a_date_without_scores_is_an_error_that_names_those_there_are(run):
    message = r"2024-05-01 was not scored; there are .*2024-03-01.*score CONFIG --as-of 2024-05-01"
    with workspace() as connection, pytest.raises(InputError, match=message):
        read_inputs(connection, run.config, date(2024, 5, 1))


def test_an_empty_output_folder_is_an_error_that_says_how_to_score(empty_run, reading):
    with pytest.raises(InputError, match="holds no scores yet; run `tiercast score CONFIG`"):
        reading(empty_run)


def test_missing_features_are_an_error_that_names_the_folder(empty_run, base_scores, reading):
    empty_run.write_scores(base_scores)
    with pytest.raises(InputError, match=r"features/as_of=2024-03-01.*no part-\*\.parquet"):
        reading(empty_run)


def test_scores_go_by_their_own_tiers_horizon_and_value(run, run_at, reading):
    settings = {
        "tiers": {"names": ["top", "middle", "dormant"], "cuts": [0.5]},
        "outlook": {"horizon_days": 28, "value": "margin"},
    }
    found = reading(run_at(run.output, settings=settings))
    assert found.tier_names == ("top", "potential", "general", "dormant")
    assert found.target == Target(90, "revenue")


@pytest.mark.parametrize("missing", ["horizon_days", "value"])
def test_scores_that_do_not_say_what_they_forecast_are_refused(run, reading, missing):
    file = run.output / "scores" / "as_of=2024-03-01" / "manifest.json"
    told = json.loads(file.read_text("utf-8"))
    del told[missing]
    file.write_text(json.dumps(told), "utf-8")
    with pytest.raises(InputError, match=rf"manifest\.json must say .* has no {missing};"):
        reading(run)


def test_the_base_has_every_customer_once_with_scores_and_features(inputs):
    table = inputs.base.to_pandas().set_index("customer_id")
    assert sorted(table.index) == ["ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal"]
    assert table.loc["bob", "revenue_365d"] == 900
    assert table.loc["bob", "tier"] == "top"
    assert set(FEATURES) <= set(table.columns)


def test_features_that_are_not_stored_are_missing_throughout(inputs):
    assert inputs.base.category_count.isnull().all().to_pyarrow().as_py()


def test_a_missing_number_is_null_and_not_nan(inputs):
    # DuckDB counts NaN as the largest number, which would spoil every median.
    assert inputs.base.gap_mean_days.median().to_pyarrow().as_py() == 18.5


def test_words_about_customers_are_told_from_numbers(inputs):
    assert list(inputs.profile_columns) == ["region"]


def test_a_model_without_an_evaluation_has_no_predictions(empty_run, reading):
    empty_run.write_all()
    inputs = reading(empty_run)
    assert inputs.predictions is None
    assert inputs.model_version == "3"
