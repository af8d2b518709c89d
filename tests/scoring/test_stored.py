import datetime as dt

import pandas as pd
import pyarrow as pa
import pytest

from tiercast.artifacts.dataset import DatasetWriter
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import InputError
from tiercast.config.schema import Config
from tiercast.scoring.stored import scored_customers

JUNE, JULY = dt.date(2024, 6, 1), dt.date(2024, 7, 1)


@pytest.fixture
def config(tmp_path):
    source = {"transactions": {"path": "orders.parquet"}}
    return Config(name="shop", sources=source, output={"path": str(tmp_path)})


@pytest.fixture
def store(tmp_path):
    """Write rows as the batch job does, one part each."""

    def write(table, day, *parts):
        with DatasetWriter(tmp_path / table / f"as_of={day}") as writer:
            for rows in parts:
                frame = pd.DataFrame(rows)
                frame.insert(1, "as_of", day)
                writer.write(pa.Table.from_pandas(frame, preserve_index=False))

    return write


def test_scores_and_features_of_the_last_date_meet_by_customer(config, store):
    store("scores", JUNE, {"customer_id": [2], "tier": ["top"]})
    store("features", JUNE, {"customer_id": [2], "orders": [1.0]})
    scores = {"customer_id": [1], "tier": ["top"]}, {"customer_id": [3], "tier": ["general"]}
    store("scores", JULY, *scores)
    store("features", JULY, {"customer_id": [3, 1], "orders": [5.0, 9.0]})
    assert scored_customers(config).to_dict("list") == {
        "customer_id": [1, 3],
        "as_of": [JULY, JULY],
        "tier": ["top", "general"],
        "orders": [9.0, 5.0],
    }
    assert scored_customers(config, "2024-06-01")["orders"].tolist() == [1.0]


def test_a_date_without_scores_is_refused_with_those_there_are(tmp_path, store):
    with pytest.raises(InputError, match="holds no scores yet; run `tiercast score CONFIG`"):
        OutputFolder(tmp_path).scored_day()
    store("scores", JUNE, {"customer_id": [2], "tier": ["top"]})
    with pytest.raises(InputError, match="2024-07-01 was not scored; there are 2024-06-01"):
        OutputFolder(tmp_path).scored_day(JULY)
    assert OutputFolder(tmp_path).scored_day(JUNE) == OutputFolder(tmp_path).scored_day() == JUNE


def test_scores_without_features_are_refused(config, store):
    store("scores", JUNE, {"customer_id": [2], "tier": ["top"]})
    with pytest.raises(InputError, match=r"as_of=2024-06-01 holds no part-\*.parquet"):
        scored_customers(config)
