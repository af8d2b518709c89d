"""Latency and memory of `tiercast serve`: a steady stream of requests, one customer each.

    python benchmarks/serve.py pipelines/cdnow.yaml --seconds 60 --rate 20
    python benchmarks/serve.py pipelines/cdnow.yaml --requests 20000

Needs a scored base. Prints the median and the 95th percentile in milliseconds, and the server's
resident memory before and after. With `--requests` they come one after the other, as fast as they
are answered.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import Request, urlopen

import numpy as np

MIB = 1024 * 1024
WARM_UP = 50


def main() -> None:
    """Start a server, ask it, and print what it took."""
    asked = _arguments()
    with subprocess.Popen(
        [sys.executable, "-m", "tiercast.cli.main", "serve", asked.config, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as server:
        try:
            address = _address(server)
            bodies = _bodies(address)
            for number in range(WARM_UP):
                _ask(address, bodies[number % len(bodies)])
            before = _memory(server.pid)
            taken = (
                _steady(address, bodies, asked)
                if not asked.requests
                else _burst(address, bodies, asked.requests)
            )
            after = _memory(server.pid)
        finally:
            server.terminate()
    median, high = np.quantile(np.array(taken) * 1000, [0.5, 0.95])
    print(  # noqa: T201  # a benchmark prints
        f"{len(taken):,} requests: median {median:.1f} ms, p95 {high:.1f} ms; "
        f"memory {before / MIB:.0f} MiB before, {after / MIB:.0f} MiB after"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second")
    parser.add_argument("--requests", type=int, default=0, help="so many, one after the other")
    return parser.parse_args()


def _address(server: subprocess.Popen[str]) -> str:
    assert server.stderr is not None
    for line in server.stderr:
        if found := re.search(r"http://\S+", line):
            threading.Thread(target=server.stderr.read, daemon=True).start()
            return found[0]
    raise SystemExit("The server did not start.")


def _bodies(address: str) -> list[bytes]:
    """Return requests for stored customers, each with a new order."""
    with urlopen(f"{address}/lists/everyone?limit=500") as response:
        ids = [row["customer_id"] for row in json.load(response)["customers"]]
    with urlopen(f"{address}/health") as response:
        day = json.load(response)["as_of"]
    orders = [{"ordered_at": f"{day}T00:00:00", "amount": 25.0}]
    return [_body({"customer_id": one, "stored": True, "orders": orders}) for one in ids]


def _body(customer: dict[str, object]) -> bytes:
    return json.dumps({"customers": [customer]}).encode()


def _ask(address: str, body: bytes) -> float:
    begun = time.perf_counter()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{address}/score", body, headers)) as response:
        response.read()
    return time.perf_counter() - begun


def _steady(address: str, bodies: list[bytes], asked: argparse.Namespace) -> list[float]:
    """Return the time of each request; they start at a fixed rate, whatever the others take."""
    taken: list[float] = []
    threads = []
    begun = time.perf_counter()
    for number in range(int(asked.seconds * asked.rate)):
        time.sleep(max(0.0, begun + number / asked.rate - time.perf_counter()))
        body = bodies[number % len(bodies)]
        thread = threading.Thread(target=lambda b=body: taken.append(_ask(address, b)))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    return taken


def _burst(address: str, bodies: list[bytes], requests: int) -> list[float]:
    return [_ask(address, bodies[number % len(bodies)]) for number in range(requests)]


def _memory(pid: int) -> int:
    """Return the resident memory of a process, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
