"""Alerts as lines of JSON in a file of the output: the day's file is replaced whole."""

from pathlib import Path

from tiercast.alerting.alert import RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.artifacts.staging import whole_file, writing

ALERTS_FILE = "alerts.jsonl"


def write_file(sink: str, raised: RaisedAlerts, folder: Path) -> Delivery:
    """Write the day's alerts, one a line; a reader sees the old file or the new one.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old file is still there.
    """
    path = folder / ALERTS_FILE
    count = 0
    with (
        writing(path),
        whole_file(path) as aside,
        aside.open("w", encoding="utf-8", newline="\n") as file,
    ):
        for alert in raised:
            file.write(f"{alert.to_json()}\n")
            count += 1
    return Delivery(sink, count)
