import datetime as dt

import ibis
import pandas as pd

from tiercast.snapshots.contacted import contacted

CUTOFF = dt.date(2024, 3, 1)


def test_contacts_of_the_window_count_once_from_the_cutoff_to_its_end():
    times = ["2024-02-29 23:59", "2024-03-01", "2024-03-05", "2024-03-10 23:59", "2024-03-11"]
    table = ibis.memtable(
        pd.DataFrame(
            {
                "customer_id": [1, 2, 2, 3, 4],
                "contacted_at": pd.to_datetime(times, format="ISO8601"),
            }
        )
    )
    found = contacted(table, [CUTOFF, dt.date(2024, 3, 5)], 10).to_pandas()
    pairs = {(row.customer_id, str(row.as_of)[:10]) for row in found.itertuples()}
    first, second = "2024-03-01", "2024-03-05"
    assert pairs == {(2, first), (3, first), (2, second), (3, second), (4, second)}
    assert len(found) == len(pairs)
