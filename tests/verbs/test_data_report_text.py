import datetime as dt

from tiercast.contract.report import DataReport, RuleFinding, TableSummary
from tiercast.verbs.data_report_text import data_report_text

DAY = dt.datetime(2024, 1, 5, 8)
SUMMARY = TableSummary("transactions", "orders.csv", 1200, 1199, 1, 40, DAY, DAY)
TABLE = "| transactions | orders.csv | 1,200 | 1,199 | 1 | - | 40 | 2024-01-05 | 2024-01-05 |"


def finding(rows, examples=()):
    return RuleFinding(
        "transactions", "return", "amount", rows, "kept", "kept", "nothing to do", examples
    )


def test_tables_and_findings_stand_in_rows():
    text = data_report_text(DataReport("shop", (SUMMARY,), (finding(7, ("'-1'", "'-2|3'")),), 0))
    assert text.startswith("# Data report: shop\n")
    assert TABLE in text
    assert "| transactions | return | amount | 7 | kept | '-1', '-2\\|3' | nothing to do |" in text


def test_a_rule_without_a_finding_is_named_as_kept():
    text = data_report_text(DataReport("shop", (SUMMARY,), (finding(0),), 0))
    assert "Nothing: every row keeps every rule." in text
    assert "Kept by every row: transactions.return." in text
