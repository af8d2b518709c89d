import datetime as dt

import pytest

from tiercast.contract.report import DataReport, RuleFinding, TableSummary

DAY = dt.datetime(2024, 1, 1)
REPORT = DataReport(
    "shop",
    (TableSummary("transactions", "a.csv", 10, 8, 2, 5, DAY, DAY),),
    (
        RuleFinding("transactions", "null_time", "ordered_at", 2, "q", "h", "r", ("'a'", "'b'")),
        RuleFinding("transactions", "return", "amount", 0, "kept", "h", "r"),
    ),
    zero_orders=1,
)


def test_rows_found_are_looked_up_by_rule_and_table():
    assert REPORT.rows_found("null_time") == 2
    assert REPORT.rows_found("return") == 0
    assert REPORT.rows_found("null_time", "events") == 0
    assert REPORT.rows_found("no_such_rule") == 0


def test_a_table_is_looked_up_by_name():
    assert REPORT.table("transactions").rows_read == 10
    with pytest.raises(StopIteration):
        REPORT.table("events")


def test_frames_have_a_row_per_table_and_per_finding():
    assert REPORT.tables_frame()["rows_quarantined"].tolist() == [2]
    assert REPORT.findings_frame()["examples"].tolist() == ["'a'; 'b'", ""]
