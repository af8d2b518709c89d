"""Lines used beside those quarantined, with their money."""

import ibis

from tiercast.past.aggregates import excluded


def test_lines_without_a_day_count_and_later_ones_do_not(known_of):
    known = known_of()
    rows = [
        ("null_time", None, 1, 9.0, 9.0),
        ("null_customer", "2024-03-09", 2, 3.0, -3.0),
        ("null_customer", "2024-03-10", 4, 8.0, 8.0),
    ]
    schema = known.aside.schema()
    known.connection.insert("aside", ibis.memtable(rows, schema=schema))
    assert excluded(known) == {
        "rule": ["null_customer", "null_time", None],
        "rows": [2, 1, 7],
        "money": [3.0, 9.0, 162.0],
        "net": [-3.0, 9.0, 152.0],
    }
