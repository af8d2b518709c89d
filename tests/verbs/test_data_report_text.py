import datetime as dt

from ready import READY, but
from tiercast.contract.report import DataReport, RuleFinding, TableSummary
from tiercast.readiness.judgement import judge
from tiercast.verbs.data_report_text import data_report_text, readiness_text

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


def test_a_rule_without_a_finding_is_named_as_passed():
    text = data_report_text(DataReport("shop", (SUMMARY,), (finding(0),), 0))
    assert "Nothing: every row passes every rule." in text
    assert "Passed by every row: transactions.return." in text


def test_the_section_on_readiness_holds_verdict_table_and_remedies():
    text = readiness_text(judge(but(span={"wanted_cutoffs": 9})))
    assert text.startswith("## Ready to train as of 2024-07-01?\n\nReady to train as of ")
    assert "| cutoffs | 8 | at least 9 | warning | past days to train on |" in text
    assert text.endswith("or set fewer `train.snapshots`.\n")


def test_what_is_ready_needs_no_remedies():
    assert "- " not in readiness_text(judge(READY)).replace("---", "")
