"""Alerts to a web address: one POST of JSON each, tried again with growing pauses, sent once.

Every request has an `Idempotency-Key`. If the answer of a receiver is lost, it gets the alert
again with the same key, and can recognize it.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as NoAnswer

from tiercast.alerting.alert import Alert, RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.artifacts.staging import writing
from tiercast.config.alerts import SinkConfig

AGAIN = (408, 425, 429, 500, 502, 503, 504)
LONGEST_PAUSE_SECONDS = 120
ANSWER_BYTES = 65_536  # of an answer, read so that the connection can be used again
KEY = "Idempotency-Key"


def post_all(sink: SinkConfig, raised: RaisedAlerts, folder: Path) -> Delivery:
    """Send the alerts that were not sent before, up to the first that cannot be sent.

    The ones that arrived are recorded in `<folder>/sent/<sink>.txt`: another run continues there.
    The address, which may hold a key, is in no message.

    Raises
    ------
    OutputError
        The record of what was sent cannot be written.
    """
    sent = before = 0
    record = SentRecord(folder / "sent" / f"{sink.name}.txt")
    with record, _session(sink) as session, _silent_retries():
        for alert in raised:
            if alert.key in record:
                before += 1
                continue
            error = _post(session, sink, alert)
            if error:
                return Delivery(sink.name, sent, before, error)
            record.add(alert.key)
            sent += 1
    return Delivery(sink.name, sent, before)


def _post(session: requests.Session, sink: SinkConfig, alert: Alert) -> str:
    """Send an alert; return the error as text, "" if there was none."""
    assert sink.url is not None
    try:
        response = session.post(
            sink.url,
            data=alert.to_json().encode(),
            headers={KEY: alert.key},
            timeout=sink.timeout_seconds,
            allow_redirects=False,
            stream=True,
        )
    except requests.RequestException as error:
        if _is_timeout(error):
            return f"it gave no answer within {sink.timeout_seconds:g} s"
        return f"it could not be reached ({type(error).__name__})"
    with response:
        if not 200 <= response.status_code < 300:
            return f"it answered with status {response.status_code}"
        with suppress(HTTPError):  # only the status counts; the rest may break off
            response.raw.read(ANSWER_BYTES)
    return ""


def _is_timeout(error: requests.RequestException) -> bool:
    """Return whether the last try ended without an answer; retries hide that inside."""
    last = getattr(next(iter(error.args), None), "reason", None)
    if isinstance(last, NewConnectionError):  # a timeout to urllib3, whatever its cause
        return False
    return isinstance(error, requests.Timeout) or isinstance(last, NoAnswer)


@contextmanager
def _session(sink: SinkConfig) -> Iterator[requests.Session]:
    retry = Retry(
        total=sink.retries,
        backoff_factor=sink.backoff_seconds,
        backoff_max=LONGEST_PAUSE_SECONDS,
        retry_after_max=LONGEST_PAUSE_SECONDS,
        status_forcelist=AGAIN,
        allowed_methods={"POST"},
        raise_on_status=False,
    )
    with requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        session.headers.update(
            {"Content-Type": "application/json", "User-Agent": f"tiercast/{version('tiercast')}"}
        )
        yield session


@contextmanager
def _silent_retries() -> Iterator[None]:
    """Keep urllib3 from logging the addresses that it tries again."""
    logger = logging.getLogger("urllib3.connectionpool")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


class SentRecord:
    """A file with the key of every alert that arrived, each on the disk before the next is sent.

    A line that a killed run wrote only in part is removed, and its alert is sent again; by the
    key the receiver recognizes it.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        with writing(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("a+b")
            self._file.seek(0)
            content = self._file.read()
            whole = content.rfind(b"\n") + 1
            self._file.truncate(whole)
        self._keys = set(content[:whole].decode().splitlines())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def add(self, key: str) -> None:
        """Record that an alert arrived.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        with writing(self._path):
            self._file.write(f"{key}\n".encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        self._keys.add(key)
