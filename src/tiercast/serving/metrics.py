"""Counters and a histogram in the text format of Prometheus."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = tuple[tuple[str, str], ...]


@dataclass
class Metrics:
    """What happened since the start; every method may be called by many threads."""

    requests: Counter[Labels] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    buckets: Counter[tuple[str, float]] = field(default_factory=Counter)
    scored: int = 0
    alerts: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a request by its route (not its address, which names customers)."""
        with self.lock:
            self.requests[("path", path), ("status", str(status))] += 1
            self.seconds[path] += seconds  # type: ignore[assignment]  # a sum of seconds
            for bucket in (*BUCKETS_SECONDS, float("inf")):
                self.buckets[path, bucket] += seconds <= bucket

    def add_scored(self, customers: int, alerts: Mapping[str, int]) -> None:
        """Count customers scored and the alerts that they raise."""
        with self.lock:
            self.scored += customers
            self.alerts.update(alerts)

    def text(self, version: str, as_of: str, swaps: int) -> str:
        """Return all of them, and what answers now."""
        with self.lock:
            return "\n".join([*self._lines(), *_now(version, as_of, swaps), ""])

    def _lines(self) -> Iterator[str]:
        yield from _head("tiercast_requests_total", "counter", "Requests by route and status.")
        for labels, count in sorted(self.requests.items()):
            yield f"tiercast_requests_total{_shown(labels)} {count}"
        yield from _head("tiercast_request_seconds", "histogram", "Time to answer, by route.")
        for path in sorted(self.seconds):
            for bucket in (*BUCKETS_SECONDS, float("inf")):
                labels = ("path", path), ("le", "+Inf" if bucket == float("inf") else str(bucket))
                count = self.buckets[path, bucket]
                yield f"tiercast_request_seconds_bucket{_shown(labels)} {count}"
            own = _shown((("path", path),))
            yield f"tiercast_request_seconds_sum{own} {self.seconds[path]:.6f}"
            yield f"tiercast_request_seconds_count{own} {self.buckets[path, float('inf')]}"
        yield from _head("tiercast_customers_scored_total", "counter", "Customers scored live.")
        yield f"tiercast_customers_scored_total {self.scored}"
        yield from _head("tiercast_alerts_total", "counter", "Alerts in live answers, by rule.")
        for name, count in sorted(self.alerts.items()):
            yield f"tiercast_alerts_total{_shown((('alert', name),))} {count}"


def _now(version: str, as_of: str, swaps: int) -> Iterator[str]:
    yield from _head("tiercast_swaps_total", "counter", "Changes of model or scored day.")
    yield f"tiercast_swaps_total {swaps}"
    yield from _head("tiercast_model_info", "gauge", "What answers now.")
    yield f"tiercast_model_info{_shown((('version', version), ('as_of', as_of)))} 1"


def _head(name: str, kind: str, text: str) -> tuple[str, str]:
    return f"# HELP {name} {text}", f"# TYPE {name} {kind}"


def _shown(labels: Labels) -> str:
    """Return labels as Prometheus writes them.

    Examples
    --------
    >>> _shown((("path", "/score"), ("status", "200")))
    '{path="/score",status="200"}'
    """
    escaped = ((name, value.replace("\\", r"\\").replace('"', r"\"")) for name, value in labels)
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped) + "}"
