"""Peak memory of scoring, by the size of the customer base.

CDNOW's customers are repeated with new ids (1, 10 and 100 times, or as given). The same model
scores each base in its own process:

    python benchmarks/memory.py
    python benchmarks/memory.py 1 10 30

A process holds Python and its libraries (about 320 MB), one batch of 50,000 customers with its
results (about 400 MB), and at most 512 MB of DuckDB's buffers. The buffers fill as the base grows
and then spill to disk.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import yaml

AS_OF = "1998-04-01"
TIMES = (1, 10, 100)
SAMPLE = "sample://cdnow/transactions.parquet"
COLUMNS = {"ordered_at": "date", "amount": "dollar_value", "quantity": "cds"}

# A process reads its own peak: `getrusage` would also count the memory of its parent at the start.
JOB = """
import json, sys
from pathlib import Path
import tiercast

job, config, as_of = sys.argv[1:]
result = getattr(tiercast, job)(config, as_of)
status = Path("/proc/self/status").read_text().splitlines()
peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
print(json.dumps({"peak_mb": peak / 1024, "rows": getattr(result, "rows", 0)}))
"""
WRITE_SAMPLE = """
import sys
from tiercast.sources.samples import sample_path

print(sample_path(sys.argv[1]).absolute())
"""


@dataclass(frozen=True)
class Scoring:
    """One scoring: customers, seconds and the peak memory of the process in MB."""

    customers: int
    seconds: float
    peak_mb: float


def repeat(lines: Path, times: int, target: Path) -> None:
    """Write the lines `times` times, each time with new customer ids."""
    with duckdb.connect() as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set memory_limit = '1GB'")
        connection.execute(
            f"""copy (
                select lines.* replace (lines.customer_id * {times} + again as customer_id)
                from read_parquet('{lines}') as lines, range({times}) as repeats(again)
            ) to '{target}' (format parquet)"""
        )


def write_config(
    folder: Path, lines: Path, output: str, *, name: str = "memory", **train: object
) -> Path:
    """Write the config of a base with the model `name` and its own output; return the file."""
    with duckdb.connect() as connection:
        known = connection.read_parquet(str(lines)).columns
    columns = {own: theirs for own, theirs in COLUMNS.items() if theirs in known}
    content = {
        "name": name,
        "sources": {"transactions": {"path": str(lines), "columns": columns}},
        "train": train,
        "output": {"path": str(folder / "runs" / output)},
    }
    file = folder / f"{output}.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


def run(job: str, config: Path, folder: Path) -> Scoring:
    """Run `train` or `score` in its own process with the working directory `folder`."""
    start = time.perf_counter()
    measured = json.loads(_output(JOB, job, str(config), AS_OF, folder=folder))
    return Scoring(measured["rows"], time.perf_counter() - start, measured["peak_mb"])


def main(times: Sequence[int]) -> None:
    """Score each base and print one row per base."""
    with tempfile.TemporaryDirectory(prefix="tiercast-") as scratch:
        folder = Path(scratch)
        once = Path(_output(WRITE_SAMPLE, SAMPLE, folder=folder))
        run("train", write_config(folder, once, "train", trials=0, snapshots=4), folder)
        _say(f"{'times':>6}{'customers':>12}{'seconds':>10}{'peak MB':>10}")
        for number in times:
            lines = folder / f"lines_{number}.parquet"
            repeat(once, number, lines)
            found = run("score", write_config(folder, lines, f"times_{number}"), folder)
            lines.unlink()
            _say(f"{number:>6}{found.customers:>12,}{found.seconds:>10.0f}{found.peak_mb:>10.0f}")


def _output(code: str, *arguments: str, folder: Path) -> str:
    """Run Python code in its own process; return the last line of its output."""
    # Tests that call this turn warnings into errors; the process must not.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return done.stdout.splitlines()[-1]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or TIMES)
