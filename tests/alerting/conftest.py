"""Scored days with alerts, and a web server of the tests' own that fails as it is told to."""

import datetime as dt
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tiercast.config.loading import parse_config
from tiercast.config.schema import Config

DAY = dt.date(2024, 7, 1)
# Customer and alerts, in an order that is not theirs.
RAISED = (
    (7, ["came_back"]),
    (3, ["left_top_tier", "risk_crossed_limit"]),
    (5, []),
    (4, ["risk_crossed_limit"]),
)
TOLD = {
    "tier": "low",
    "previous_tier": "top",
    "tier_change": -1,
    "tier_confidence": 0.5,
    "churn_probability": 0.75,
    "expected_value": 12.5,
    "model_version": "3",
}
SCHEMA = pa.schema(
    [
        ("customer_id", pa.int64()),
        ("as_of", pa.date32()),
        ("alerts", pa.list_(pa.string())),
        ("tier", pa.string()),
        ("previous_tier", pa.string()),
        ("tier_change", pa.int8()),
        ("tier_confidence", pa.float64()),
        ("churn_probability", pa.float64()),
        ("expected_value", pa.float64()),
        ("model_version", pa.string()),
    ]
)


@dataclass(frozen=True)
class Output:
    """An output folder in which a day was scored."""

    path: Path

    def config(self, *sinks: dict[str, object], **settings: object) -> Config:
        given = {
            "name": "shop",
            "sources": {"transactions": {"path": "orders.parquet"}},
            "output": {"path": str(self.path)},
        }
        alerts = {"alerts": {"sinks": list(sinks)}} if sinks else {}
        return parse_config(given | alerts | settings, origin="shop.yaml")

    def keep(self, raised=RAISED, day=DAY, **manifest):
        """Write the scores of customers and their alerts, in two parts."""
        folder = self.path / "scores" / f"as_of={day}"
        folder.mkdir(parents=True, exist_ok=True)
        rows = [
            {"customer_id": who, "alerts": alerts, "as_of": day} | TOLD for who, alerts in raised
        ]
        for number, some in enumerate((rows[:2], rows[2:])):
            table = pa.Table.from_pylist(some, SCHEMA)
            pq.write_table(table, folder / f"part-{number:05d}.parquet")
        told = {"model": {"version": "3"}, "data": {"fingerprint": {"transactions": "abc"}}}
        told |= {"horizon_days": 28, "value": "revenue", **manifest}
        (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.fixture
def output(tmp_path):
    made = Output(tmp_path / "out")
    made.keep()
    return made


@dataclass
class Receiver:
    """What came in, and what is answered to each request in turn: a status, or how it fails.

    `slow` answers too late, `dies` closes the connection without an answer, `lost` takes the
    alert and then closes it; after the last, 200 is answered.
    """

    answers: list[object] = field(default_factory=list)
    requests: list[dict[str, object]] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def keys(self):
        """The idempotency key of each request."""
        return [request["key"] for request in self.requests]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver = self.receiver
        receiver.requests.append(
            {
                "key": self.headers["Idempotency-Key"],
                "type": self.headers["Content-Type"],
                "body": json.loads(body),
                "path": self.path,
            }
        )
        answer = receiver.answers.pop(0) if receiver.answers else 200
        if answer == "slow":
            time.sleep(1.0)
        if answer in (200, "lost"):
            receiver.taken.append(self.headers["Idempotency-Key"])
        if answer in ("slow", "dies", "lost"):
            self.close_connection = True
            return
        self.send_response(answer)
        for name, value in {"Content-Length": "2", "Location": "/elsewhere"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    told = Receiver()
    handler = type("Handler", (Handler,), {"receiver": told})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/geheim?token=geheim"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()
