"""The web app of a scored base: 200 requests, and the filters' bare queries beside them."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, pairwise, product
from pathlib import Path

import duckdb
import requests

PORT, WAIT_SECONDS, SEED = 8519, 900, 7
# Conditions of the page of customers: as its address has them, and in SQL.
FILTERS: Mapping[str, str] = {
    "": "true",
    "tier=top": "tier = 'top'",
    "stage=lost": "lifecycle_stage = 'lost'",
    "risk_from=40&risk_to=60": "churn_probability between 0.4 and 0.6",
    "tier=general&risk_from=50": "tier = 'general' and churn_probability >= 0.5",
    "value_from=20": "expected_value >= 20",
    "search=123": "contains(customer_id::text, '123')",
    "tier=potential&stage=active&value_to=50": (
        "tier = 'potential' and lifecycle_stage = 'active' and expected_value <= 50"
    ),
}
SORTS: Mapping[str, str] = {
    "-value_at_stake": "revenue_365d * churn_probability desc",
    "customer_id": "customer_id",
    "-expected_value": "expected_value desc",
    "churn_probability": "churn_probability",
}
PAGES = (1, 2, 500)
ROWS, REQUESTS = 50, 200
LISTED, CUSTOMERS, EACH = 80, 30, 10  # requests of the page of customers, of one, of the others
Seconds = Mapping[str, list[float]]


def addresses(ids: Sequence[object], segments: Sequence[str]) -> list[tuple[str, str]]:
    """Return 200 addresses, each with the name of its page, in a random order.

    Examples
    --------
    >>> len(addresses(range(30), ["often", "seldom", "once"]))
    200
    """
    found = [("customers", f"/customers?{words}") for words in islice(_listed(), LISTED)]
    found += [("customer", f"/customers/{one}") for one in ids[:CUSTOMERS]]
    pairs = islice(product(segments, segments), EACH)
    found += [("segments", f"/segments?a={a}&b={b}") for a, b in pairs]
    sliders = product((0, 30, 60), (20, 50, 100), (3, 6, 9, 12, 15))
    rest = REQUESTS - len(found) - 4 * EACH
    found += [
        ("campaign", f"/campaign?risk={risk}&value={value}&budget={budget}")
        for risk, value, budget in islice(sliders, rest)
    ]
    for page in ("", "tiers", "migration", "model"):
        found += [(page or "overview", f"/{page}")] * EACH
    random.Random(SEED).shuffle(found)
    return found


def visit(config: str, scores: str) -> dict[str, object]:
    """Serve a base and send it the requests, one after the other.

    `seconds` is the 95th percentile of all; each page has its median, 95th percentile and slowest.
    `cpu` is the 95th percentile of the server's processor seconds, which other load changes less.
    """
    ids, segments = _known(scores)
    with _served(config) as (server, started):
        taken: dict[str, list[float]] = {}
        busy = [_cpu(server.pid)]
        with requests.Session() as session:
            for page, path in addresses(ids, segments):
                taken.setdefault(page, []).append(_timed(lambda at=path: _get(session, at)))
                busy.append(_cpu(server.pid))
        peak = _peak_mb(server.pid)
    each = [later - before for before, later in pairwise(busy)]
    return {**_measured(taken), "cpu": _most(each), "start": started, "peak_mb": peak}


def bare(scores: str, features: str) -> dict[str, object]:
    """Answer the page of customers with DuckDB alone: the sums, then 50 rows in order."""
    with duckdb.connect() as connection:
        connection.execute(
            f"create table base as select * from read_parquet('{scores}') join (select "
            f"customer_id, revenue_365d from read_parquet('{features}')) using (customer_id)"
        )
        taken = [
            _timed(lambda at=where, by=order, n=page: _rows(connection, at, by, n))
            for where, order, page in islice(
                product(FILTERS.values(), SORTS.values(), PAGES), LISTED
            )
        ]
    return _measured({"customers": taken})


def _listed() -> Iterator[str]:
    for words, sort, page in product(FILTERS, SORTS, PAGES):
        yield f"{words}&sort={sort}&page={page}".lstrip("&")


def _rows(connection: duckdb.DuckDBPyConnection, where: str, order: str, page: int) -> None:
    connection.execute(
        "select count(*), sum(churn_probability), sum(expected_value), "
        f"sum(revenue_365d * churn_probability) from base where {where}"
    ).fetchall()
    connection.execute(
        "select customer_id, tier, segment, lifecycle_stage, churn_probability, expected_value, "
        f"revenue_365d from base where {where} order by {order}, customer_id "
        f"limit {ROWS} offset {ROWS * (page - 1)}"
    ).fetchall()


def _measured(taken: Seconds) -> dict[str, object]:
    """Return the seconds as a measurement.

    Examples
    --------
    >>> _measured({"tiers": [0.1] * 19 + [0.5]})["tiers"]
    [0.1, 0.12, 0.5]
    """
    every = [one for seconds in taken.values() for one in seconds]
    pages = {
        page: [round(statistics.median(seconds), 3), round(_most(seconds), 3), max(seconds)]
        for page, seconds in sorted(taken.items())
    }
    return {"seconds": _most(every), "requests": len(every), **pages}


def _most(seconds: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(seconds, n=20, method="inclusive")[-1]


def _timed(do: Callable[[], None]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _get(session: requests.Session, path: str) -> None:
    session.get(f"http://127.0.0.1:{PORT}{path}").raise_for_status()


def _known(scores: str) -> tuple[list[object], list[str]]:
    """Return some customers and all segments."""
    table = f"read_parquet('{scores}')"
    ids = duckdb.sql(f"select customer_id from {table} order by hash(customer_id) limit 30")
    segments = duckdb.sql(f"select distinct segment from {table} order by 1")
    return [row[0] for row in ids.fetchall()], [row[0] for row in segments.fetchall()]


@contextmanager
def _served(config: str) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """Start `tiercast app`; yield it and the seconds until it answers."""
    words = [sys.executable, "-m", "tiercast.cli.main", "app", config, "--port", str(PORT)]
    start = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as server:
        try:
            while not _answers():
                if server.poll() is not None or time.perf_counter() - start > WAIT_SECONDS:
                    raise RuntimeError(f"`{' '.join(words)}` does not answer.")
                time.sleep(0.1)
            yield server, time.perf_counter() - start
        finally:
            server.terminate()


def _answers() -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{PORT}/static/app.css", timeout=5).ok
    except (requests.ConnectionError, requests.Timeout):
        return False


def _cpu(process: int) -> float:
    """Return the processor seconds of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _peak_mb(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
