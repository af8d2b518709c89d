import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time

import duckdb
import ibis
import pytest
import yaml

from tiercast.alerting.deliver import alerts
from tiercast.alerting.delivery import Delivery
from tiercast.config.errors import InputError, OutputError

DAY = dt.date(2024, 7, 1)
COUNTS = {"risk_crossed_limit": 2, "came_back": 1, "left_top_tier": 1}
TABLE = {"kind": "table"}


def hook(url, name="crm", **more):
    quick = {"retries": 1, "backoff_seconds": 0.01, "timeout_seconds": 0.3}
    return {"kind": "webhook", "name": name, "url": url} | quick | more


def lines(output):
    path = output.path / "alerts" / f"as_of={DAY}" / "alerts.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_alerts_of_changes_since_scores_of_another_horizon_are_refused(output):
    before = dt.date(2024, 6, 1)
    output.keep(day=before, horizon_days=56)
    output.keep(previous_as_of=str(before))
    with pytest.raises(InputError) as refused:
        alerts(output.config(), DAY)
    assert str(refused.value) == (
        "Alerts report changes, but those of 2024-07-01 (scores of revenue within 28 days) were "
        "counted from 2024-06-01, whose scores forecast revenue within 56 days; score 2024-07-01 "
        "again."
    )
    output.keep(day=before)
    assert alerts(output.config(), DAY).raised == COUNTS


def test_alerts_go_into_a_file_of_the_day(output):
    result = alerts(output.config())
    assert (result.as_of, result.raised) == (DAY, COUNTS)
    assert result.deliveries == (Delivery("file", 4),)
    told = lines(output)
    assert [(row["customer_id"], row["alert"]) for row in told] == [
        (3, "left_top_tier"),
        (3, "risk_crossed_limit"),
        (4, "risk_crossed_limit"),
        (7, "came_back"),
    ]
    assert told[0]["meaning"] == "was in the best tier at the last scoring and is not now"
    assert len({row["key"] for row in told}) == 4


def test_a_second_run_writes_the_same_file(output):
    alerts(output.config())
    before = lines(output)
    alerts(output.config(), str(DAY))
    assert lines(output) == before


def test_a_day_without_alerts_leaves_an_empty_file(output):
    output.keep([(1, []), (2, [])])
    assert alerts(output.config()).raised == {}
    assert lines(output) == []


def test_a_duckdb_file_gets_the_days_alerts_whatever_it_held(output, tmp_path):
    file = tmp_path / "shop.duckdb"
    given = {"path": str(output.path), "connection": f"duckdb://{file}"}
    for expected in (4, 1):
        result = alerts(output.config(TABLE, output=given))
        assert result.deliveries == (Delivery("table", expected),)
        with duckdb.connect(str(file)) as connection:
            found = connection.sql(
                "SELECT customer_id, alert, tier FROM tiercast.alerts"
            ).fetchall()
        assert len(found) == expected
        assert (7, "came_back", "low") in found
        output.keep([(7, ["came_back"]), (5, [])])


def test_postgresql_gets_the_days_alerts_once(output, postgres_url):
    given = {"path": str(output.path), "connection": postgres_url, "schema": "alerting"}
    for _ in range(2):
        alerts(output.config(TABLE, output=given))
    connection = ibis.connect(postgres_url)
    found = connection.table("alerts", database="alerting").to_pandas()
    connection.disconnect()
    assert sorted(zip(found["customer_id"], found["alert"], strict=True)) == [
        (3, "left_top_tier"),
        (3, "risk_crossed_limit"),
        (4, "risk_crossed_limit"),
        (7, "came_back"),
    ]


def test_a_sink_that_fails_does_not_keep_the_others_from_theirs(output, receiver):
    receiver.answers = [200, 500, 500]
    config = output.config(hook(receiver.url), hook(receiver.url, "other"), {"kind": "file"})
    with pytest.raises(
        OutputError, match="crm: 1 alert sent; it answered with status 500"
    ) as told:
        alerts(config)
    assert "geheim" not in str(told.value)
    assert len(lines(output)) == 4
    assert len(receiver.taken) == 1 + 4
    # The second run goes on where the first one stopped.
    result = alerts(config)
    assert result.deliveries[:2] == (Delivery("crm", 3, 1), Delivery("other", 0, 4))


def test_each_sink_that_failed_is_told_in_a_sentence_of_its_own(output, receiver):
    receiver.answers = [200, 404, 403]
    (output.path / "alerts").write_text("in the way", encoding="utf-8")
    with pytest.raises(OutputError) as told:
        alerts(output.config({"kind": "file"}))
    assert str(told.value).count("..") == 0
    (output.path / "alerts").unlink()
    with pytest.raises(OutputError) as told:
        alerts(output.config(hook(receiver.url), hook(receiver.url, "other")))
    assert str(told.value) == (
        "Not all alerts of 2024-07-01 were delivered. "
        "crm: 1 alert sent; it answered with status 404. "
        "other: 0 alerts sent; it answered with status 403. "
        "What arrived is recorded: run `tiercast alerts CONFIG` again to continue."
    )


def test_every_run_is_recorded_with_what_became_of_it(output, receiver):
    receiver.answers = [404]
    with pytest.raises(OutputError):
        alerts(output.config(hook(receiver.url)))
    alerts(output.config(hook(receiver.url)))
    texts = [file.read_text(encoding="utf-8") for file in (output.path / "runs").glob("*.json*")]
    runs = sorted((json.loads(text) for text in texts), key=lambda run: run["outcome"])
    assert [run["outcome"] for run in runs] == ["done", "failed"]
    assert {run["command"] for run in runs} == {"alerts"}
    assert "geheim" not in str(runs)


def test_a_table_without_a_database_is_refused(output):
    with pytest.raises(InputError, match=r"names a table, but `output\.connection` names no"):
        alerts(output.config(TABLE))


@pytest.mark.parametrize(
    ("day", "message"),
    [("2024-01-01", "was not scored; there are 2024-07-01"), (None, "no scores")],
)
def test_a_day_that_was_not_scored_is_refused(output, tmp_path, day, message):
    config = output.config()
    if day is None:
        config = output.config(output={"path": str(tmp_path / "empty")})
    with pytest.raises(InputError, match=message):
        alerts(config, day)


def test_a_delivery_killed_in_the_middle_goes_on_where_it_stopped(output, receiver, tmp_path):
    receiver.answers = [200, 200, "slow"]
    settings = {
        "name": "shop",
        "sources": {"transactions": {"path": "orders.parquet"}},
        "output": {"path": str(output.path)},
        "alerts": {"sinks": [hook("${HOOK}", timeout_seconds=30)]},
    }
    (tmp_path / "shop.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "tiercast.cli.main", "alerts", "shop.yaml"]
    environment = os.environ | {"HOOK": receiver.url}
    with subprocess.Popen(command, cwd=tmp_path, env=environment) as job:
        until = time.monotonic() + 60
        while len(receiver.requests) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        job.send_signal(signal.SIGKILL)
    assert len(receiver.taken) == 2
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert b"crm: 2 alerts sent, 2 before" in done.stdout
    assert b"geheim" not in done.stdout + done.stderr
    assert len(receiver.taken) == len(set(receiver.taken)) == 4


def test_a_failure_ends_the_command_with_code_1(output, receiver, tmp_path):
    from typer.testing import CliRunner

    from tiercast.cli.main import app

    receiver.answers = [404]
    settings = {
        "name": "shop",
        "sources": {"transactions": {"path": "orders.parquet"}},
        "output": {"path": str(output.path)},
        "alerts": {"sinks": [hook(receiver.url)]},
    }
    path = tmp_path / "shop.yaml"
    path.write_text(yaml.safe_dump(settings), encoding="utf-8")
    failed = CliRunner().invoke(app, ["alerts", str(path)])
    assert (failed.exit_code, "it answered with status 404" in failed.stderr) == (1, True)
    done = CliRunner().invoke(app, ["alerts", str(path), "--as-of", str(DAY)])
    assert done.exit_code == 0
    assert "crm: 4 alerts sent" in done.stdout
