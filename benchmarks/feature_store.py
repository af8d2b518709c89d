"""The cost of a daily run with a feature store and without one: seconds and bytes read.

    python benchmarks/feature_store.py [--lines 10_000_000] [--customers 1_000_000]
        [--late-days 14]

Synthetic orders are written as parquet, one file per month. A first run fills the store from all
days but the last three. Each of these three days is then a daily run, without the store and with
it. Every run has its own process. `open` reads the base and reduces it to the tables that the
features use. `features` is the complete command `tiercast features`; its files are compared byte
by byte. The bytes read are those that the process requested from the system: order lines, the
store and its own workspace.
"""

import argparse
import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
from made_up_orders import LAST_DAY, write_orders

DAYS = 3
STORE = "book"


def write_months(orders: Path, until: dt.date, folder: Path) -> None:
    """Write the orders before a day, one file per month, sorted by day as a shop's system does."""
    folder.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '2GB'")
        months = "select distinct date_trunc('month', ordered_at)::date from read_parquet(?)"
        for (month,) in connection.execute(months, [str(orders)]).fetchall():
            target = folder / f"{month:%Y-%m}.parquet"
            rows = (
                "select * from read_parquet($orders) where ordered_at < $until and "
                "date_trunc('month', ordered_at) = $month order by ordered_at::date"
            )
            if month < until and not (target.exists() and month.month != until.month):
                values = {"orders": str(orders), "until": until, "month": month}
                connection.execute(f"copy ({rows}) to '{target}' (format parquet)", values)


def job(name: str, store: str | None, late_days: int) -> None:
    """Do one job in this process and print its cost."""
    from tiercast.config.schema import Config
    from tiercast.feature_store.history import open_history
    from tiercast.verbs.features import features

    sources = {"transactions": {"path": "orders/*.parquet"}}
    given: dict[str, Any] = {"name": "made_up", "sources": sources}
    if store:
        given["feature_store"] = {"path": store, "late_days": late_days}
    config = Config.model_validate(given)
    read, began = _bytes_read(), time.perf_counter()
    if name == "open":
        with open_history(config) as history:
            assert history.activity
    else:
        features(config, output=f"{store or 'none'}.parquet")
    measured = {
        "seconds": time.perf_counter() - began,
        "read_mb": (_bytes_read() - read) / 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }
    sys.stdout.write(json.dumps(measured) + "\n")


def _bytes_read() -> int:
    return int(Path("/proc/self/io").read_text().split()[1])


def run(name: str, store: str | None, late_days: int, folder: Path) -> dict[str, float]:
    """Run a job in its own process; return its seconds and megabytes by name."""
    command = [sys.executable, "-W", "ignore", str(Path(__file__).absolute())]
    command += ["--job", name, "--late-days", str(late_days), "--store", store or ""]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def show(label: str, measured: dict[str, float]) -> None:
    """Print a line of the table."""
    seconds, read, peak = (measured[name] for name in ("seconds", "read_mb", "peak_mb"))
    figures = f"{seconds:8.1f} s {read:10,.0f} MB {peak:8,.0f} MB"
    sys.stdout.write(f"{label:<44}{figures}\n")
    sys.stdout.flush()


def compare(lines: int, customers: int, late_days: int, folder: Path) -> None:
    """Fill a store, then run three days with it and without it."""
    orders = folder / "all.parquet"
    written, those = write_orders(lines, customers, orders)
    size = orders.stat().st_size / 1e6
    sys.stdout.write(f"{written:,} lines of {those:,} customers, {size:,.0f} MB of parquet\n")
    sys.stdout.write(f"{'':<44}{'time':>10}{'read':>14}{'peak':>12}\n")
    last = dt.date.fromisoformat(LAST_DAY) + dt.timedelta(days=1)
    write_months(orders, last - dt.timedelta(days=DAYS), folder / "orders")
    show("first run, fills the store", run("open", STORE, late_days, folder))
    for back in reversed(range(DAYS)):
        write_months(orders, last - dt.timedelta(days=back), folder / "orders")
        whole, daily = (run("open", store, late_days, folder) for store in (None, STORE))
        show(f"day {DAYS - back}: open, all lines", whole)
        show(f"day {DAYS - back}: open, with the store", daily)
        ratios = (whole[figure] / daily[figure] for figure in ("seconds", "read_mb"))
        sys.stdout.write("{:<44}{:8.1f} x {:10.1f} x\n".format("", *ratios))
    whole, daily = (run("features", store, late_days, folder) for store in (None, STORE))
    show("features, all lines", whole)
    show("features, with the store", daily)
    same = (folder / "none.parquet").read_bytes() == (folder / f"{STORE}.parquet").read_bytes()
    kept = list((folder / STORE).rglob("*.parquet"))
    size = sum(path.stat().st_size for path in kept) / 1e6
    sys.stdout.write(f"same bytes: {same}; the store: {len(kept)} files, {size:,.0f} MB\n")
    if not same:
        raise SystemExit(1)


def main() -> None:
    """Parse the arguments, then compare, or do one job."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--late-days", type=int, default=14)
    parser.add_argument("--job", choices=["open", "features"], help=argparse.SUPPRESS)
    parser.add_argument("--store", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        job(given.job, given.store or None, given.late_days)
        return
    with tempfile.TemporaryDirectory(prefix="tiercast-feature-store-") as folder:
        compare(given.lines, given.customers, given.late_days, Path(folder))


if __name__ == "__main__":
    main()
