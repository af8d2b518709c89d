import datetime as dt
import json

import pandas as pd
import pytest

from bases import orders, write_base
from own_plugin import installed
from recorded_progress import RecordedProgress
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import ConfigError, InputError
from tiercast.verbs.check import check

ROWS = orders(
    ("a", "2024-01-05", 12.5),
    ("b", "2024-01-06", 3.0),
    (None, "2024-01-07", 4.0),
    ("a", "not a day", 5.0),
    ("b", "2024-03-01", -3.0),
)
VISITS = pd.DataFrame(
    {"customer_id": ["a", "b"], "event_at": ["2024-01-01", "2024-02-01"], "event_type": "visit"}
)


@pytest.fixture
def config(tmp_path):
    tables = {"transactions": ROWS, "events": VISITS}
    return write_base(tmp_path / "in", tables, output={"path": str(tmp_path / "out")})


def test_the_report_counts_what_was_found(config):
    report = check(config).data
    lines = report.table("transactions")
    assert (lines.rows_read, lines.rows_used, lines.rows_quarantined) == (5, 3, 2)
    assert report.rows_found("null_customer") == 1
    assert report.rows_found("unparsable_time") == 1
    assert report.rows_found("return") == 1


def test_report_and_bad_rows_are_written_as_the_source_had_them(config):
    check(config)
    folder = OutputFolder.of(config).check
    stored = json.loads((folder / "data_report.json").read_text("utf-8"))
    assert [table["rows_used"] for table in stored["tables"]] == [3, 2]
    text = (folder / "data_report.md").read_text("utf-8")
    assert "| transactions | unparsable_time | ordered_at | 1 |" in text
    bad = pd.read_parquet(folder / "quarantine" / "transactions.parquet")
    broken = bad.sort_values("broken_rules")
    assert broken["broken_rules"].tolist() == ["null_customer", "unparsable_time"]
    assert broken["ordered_at"].tolist() == ["2024-01-07", "not a day"]
    assert not (folder / "quarantine" / "events.parquet").exists()


def test_a_second_check_leaves_nothing_of_the_first(config, tmp_path):
    check(config)
    good = write_base(tmp_path / "in", {"transactions": ROWS[:2]}, output=config.output)
    check(good)
    assert sorted(file.name for file in OutputFolder.of(good).check.iterdir()) == [
        "data_report.json",
        "data_report.md",
        "readiness.json",
    ]


def test_rows_at_or_after_as_of_are_counted_as_future(config):
    report = check(config, as_of="2024-02-01").data
    assert report.rows_found("future") == 1
    assert report.rows_found("future", "events") == 1
    future = next(finding for finding in report.findings if finding.rule == "future")
    assert future.handling == "do not exist at as_of=2024-02-01"
    assert future.examples == ("'2024-03-01 00:00:00'",)


def test_without_as_of_nothing_is_future(config):
    assert "future" not in {finding.rule for finding in check(config).data.findings}


def test_readiness_is_judged_and_written_beside_the_report(config):
    # Five rows of two customers in two months: too little for a horizon of 90 days.
    readiness = check(config).readiness
    assert (readiness.as_of, readiness.state) == (dt.date(2024, 3, 2), "error")
    stored = json.loads((OutputFolder.of(config).check / "readiness.json").read_text("utf-8"))
    assert (stored["as_of"], stored["state"]) == ("2024-03-02", "error")
    assert [found["rule"] for found in stored["findings"]] == [f.rule for f in readiness.findings]
    text = (OutputFolder.of(config).check / "data_report.md").read_text("utf-8")
    assert "Not ready to train as of 2024-03-02: history." in text
    assert "| history | 57 days | at least 150 days | error |" in text


def test_readiness_is_judged_as_of_the_day_asked(config):
    readiness = check(config, as_of="2024-02-01").readiness
    history = next(found for found in readiness.findings if found.rule == "history")
    assert (readiness.as_of, history.value) == (dt.date(2024, 2, 1), 27)


def test_an_as_of_before_the_first_order_is_refused(config):
    with pytest.raises(InputError, match=r"after the first order \(2024-01-05\)"):
        check(config, as_of="2024-01-05")


def test_a_row_of_a_plugin_that_a_training_would_refuse_is_refused(config, tmp_path):
    row = "Metric('worst', 'value', True, 'm', max)"
    module = (
        "from tiercast import Plugin\nfrom tiercast.modeling.metrics import Metric\n"
        f"PLUGIN = Plugin(metrics=({row},))\n"
    )
    with installed(tmp_path / "site", module), pytest.raises(ConfigError, match="metric `worst`"):
        check(config.model_copy(update={"plugins": ("my_shop",)}))


def test_what_a_plugin_adds_is_told(config, tmp_path):
    progress = RecordedProgress()
    with installed(tmp_path / "site"):
        check(config.model_copy(update={"plugins": ("my_shop",)}), progress=progress)
    assert progress.lines[0] == (
        "Plugin my_shop 1.2 adds features small_orders, small_order_share; metrics top_hundred; "
        "alert rules many_small_orders; contenders histogram_trees; members neighbourhood."
    )


def playbook(tmp_path, column="tier", value="top"):
    condition = f"{{column: {column}, operator: '==', value: {value}}}"
    row = f"when: [{condition}]}}\n"
    file = tmp_path / "plays.yaml"
    file.write_text(
        f"- {{name: first, action: call, {row}- {{name: again, action: call, {row}"
        "- {name: rest, action: write}\n"
    )
    return {"playbook": str(file)}


def test_a_play_that_never_applies_is_told(config, tmp_path):
    plays = check(config.model_copy(update=playbook(tmp_path))).playbook
    assert [one.is_reached for one in plays] == [True, False, True]
    text = (OutputFolder.of(config).check / "data_report.md").read_text("utf-8")
    assert "The play `again` never applies" in text
    assert "| again | tier == top | - | - | first |" in text


def test_a_play_over_an_unknown_column_is_refused_with_the_nearest(config, tmp_path):
    with pytest.raises(
        InputError, match=r"Play first: .*`recency_day`; did you mean `recency_days`"
    ):
        check(config.model_copy(update=playbook(tmp_path, "recency_day", 3)))
