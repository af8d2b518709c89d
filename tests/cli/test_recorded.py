"""Every command that writes leaves a line in the output's `runs/`."""

import datetime as dt
from pathlib import Path

from tiercast.artifacts.run_log import RunLog


def runs(output):
    return [
        (run.command, run.outcome, run.exit_code, run.as_of) for run in RunLog(Path(output)).read()
    ]


def test_commands_on_the_data_are_recorded_with_their_day_and_code(run, shop):
    after = dt.date(2024, 3, 11)
    run("check", shop)  # five orders: not ready for a training
    assert run("features", shop, "--output", "f.parquet").exit_code == 0
    run("churn-definition", shop)  # too short a history
    assert runs("runs/shop") == [
        ("check", "done", 2, after),
        ("features", "done", 0, after),
        ("churn-definition", "refused", 2, after),
    ]


def test_init_is_recorded_in_the_output_of_its_config(run, shop):
    assert run("init", "orders.csv", "--output", "made.yaml").exit_code == 0
    assert runs("runs/orders") == [("init", "done", 0, None)]


def test_a_report_of_nothing_scored_is_refused(run, shop):
    assert run("report", shop).exit_code == 2
