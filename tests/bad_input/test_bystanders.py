"""Bad rows of some customers leave the features of all others as they were, to the byte."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import tiercast
from planted import GOOD, config_of, csv_text
from trained_base import column_bytes, working_in

AS_OF = "2023-06-01"
LOST = [("x", "2023-02-30", "5"), ("x", "2023-03-01", "abc"), ("", "2023-03-01", "5")]
BAD = {
    "rows excluded": LOST,
    "rows excluded by the hundred": LOST * 50,
    "times far off": [("x", "1900-01-01", "5"), ("x", "2100-01-01", "5")],
    "amounts beyond all measure": [("x", "2023-03-01", "1e13"), ("x", "2023-03-01", "inf")],
    "bad rows of one of them": [("c0", "2023-02-30", "5"), ("c0", "2023-03-01", "NaN")],
    "orders after the day": [("x", "2023-06-01", "5"), ("c1", "2031-01-01", "5")],
}


def features(folder, rows):
    """Return the features of the good customers, sorted, from good rows and others."""
    path = folder / "orders.csv"
    path.write_text(csv_text([*rows, *GOOD, *rows]), "utf-8", newline="")
    with working_in(folder):
        written = tiercast.features(config_of(path), AS_OF, folder / "f.parquet")
    table = pq.read_table(written)
    good = pc.is_in(table["customer_id"], pa.array(sorted({row[0] for row in GOOD})))
    return column_bytes(table.filter(good).sort_by("customer_id"))


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    return features(tmp_path_factory.mktemp("good"), [])


@pytest.mark.parametrize("case", BAD)
def test_features_of_other_customers_stay_as_they_were(tmp_path, untouched, case):
    rows = [(*row, f"bad{n}", "toys", "1") for n, row in enumerate(BAD[case])]
    assert features(tmp_path, rows) == untouched
