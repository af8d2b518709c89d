"""Alerts as lines of JSON in a file of the output: the day's file is replaced whole."""

import os
import secrets
from pathlib import Path

from tiercast.alerting.alert import RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.artifacts.text_file import flush, writing

ALERTS_FILE = "alerts.jsonl"


def write_file(sink: str, raised: RaisedAlerts, folder: Path) -> Delivery:
    """Write the day's alerts, one a line; a reader sees the old file or the new one.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like; the old file is still there.
    """
    path = folder / ALERTS_FILE
    aside = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    count = 0
    with writing(path):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with aside.open("w", encoding="utf-8", newline="\n") as file:
                for alert in raised:
                    file.write(f"{alert.to_json()}\n")
                    count += 1
            flush(aside)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    return Delivery(sink, count)
