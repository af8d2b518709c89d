import json
from dataclasses import replace

import pandas as pd
import pytest

from tiercast.artifacts.text_file import to_json
from tiercast.backtesting.backtest import judged
from tiercast.backtesting.record import mean_metrics, summary, write


@pytest.fixture
def found(one, config, tmp_path):
    output = config.output.model_copy(update={"path": str(tmp_path)})
    return judged(config.model_copy(update={"output": output}), one.origin, [one])


def test_a_backtest_lies_under_its_day(found, tmp_path):
    write(found)
    assert found.folder == tmp_path / "backtest" / "as_of=2024-03-01"
    stored = pd.read_parquet(found.folder / "verdicts.parquet")
    pd.testing.assert_frame_equal(stored, found.verdicts)


def test_the_same_backtest_has_the_same_bytes(found):
    write(found)
    first = {file.name: file.read_bytes() for file in found.folder.iterdir()}
    write(found)
    assert {file.name: file.read_bytes() for file in found.folder.iterdir()} == first


def test_a_write_that_fails_leaves_the_old_one_and_nothing_beside(found):
    write(found)
    broken = replace(found, coverage=pd.DataFrame({"mixed": [1, "a"]}))
    with pytest.raises(Exception, match="mixed"):
        write(broken)
    assert [folder.name for folder in found.folder.parent.iterdir()] == ["as_of=2024-03-01"]
    assert len(pd.read_parquet(found.folder / "coverage.parquet")) == len(found.coverage)


def test_the_summary_is_plain_data_with_rule_and_figures(found):
    stored = json.loads(to_json(summary(found)))
    assert stored["grade"]["text"] == found.grade.rule.text
    assert stored["grade"]["findings"]["rules_beaten"] == 2
    assert stored["totals"][0]["value"] == 150
    assert stored["notes"] == []
    assert stored["metrics"]["tiercast"]["auc"] == 1.0


def test_unknown_means_are_not_logged():
    board = pd.DataFrame({"contender": ["a"], "origins": [1], "auc": [float("nan")], "mae": [2.0]})
    assert mean_metrics(board) == {"mae/a": 2.0}
