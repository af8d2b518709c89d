"""Label tables that are not ready: too few of one outcome, or a column that copies the label."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from bases import opened
from labelled import OUTLOOK, label_table
from tiercast.readiness.judgement import judge_with
from tiercast.readiness.label_facts import LabelTableFacts, alone
from tiercast.readiness.label_rules import LABEL_RULES
from tiercast.training.label_panel import LabelPanel

DAY = dt.date(2024, 3, 1)


def findings(tmp_path, table):
    with opened(tmp_path, {"customers": table}, outlook=OUTLOOK) as base:
        facts = LabelTableFacts.of(base, LabelPanel.of(base, DAY).rows, DAY)
    return {one.rule: one for one in judge_with(LABEL_RULES, facts, DAY).findings}


def test_a_column_that_copies_the_label_is_named(tmp_path):
    table = label_table()
    copied = findings(tmp_path, table.assign(reason=np.where(table["left"] == "Yes", "x", "y")))
    assert copied["copied_label"].state == "warning"
    assert "`reason` alone shows who left" in copied["copied_label"].remedy
    assert findings(tmp_path, table)["copied_label"].state == "ok"


def test_too_few_leavers_forbid_a_training(tmp_path):
    table = label_table()
    few = table[(table["left"] != "Yes") | (table.index < 70)]
    assert findings(tmp_path, few)["leavers"].state == "error"


@pytest.mark.parametrize("column", [pd.Series(range(100)), pd.Series(range(100, 0, -1))])
def test_a_column_counts_in_its_better_direction(column):
    assert alone(column, np.arange(100) >= 50) == 1.0
