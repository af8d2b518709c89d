"""The scored days of a small base as those of a large one: each customer many times.

A copy has an id of its own and values a little apart, so that sorting meets few ties.
"""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
from pyarrow.parquet import read_metadata

TABLES = ("features", "scores")  # the manifest of scores names the features they are from
APART = "(0.9 + (hash(customer_id * 131 + {copy}) % 1009) / 10090.0)"
REPLACED = {
    "scores": (
        "customer_id + {step} as customer_id, expected_value * {apart} as expected_value, "
        "churn_probability * {apart} as churn_probability"
    ),
    "features": "customer_id + {step} as customer_id, revenue_365d * {apart} as revenue_365d",
}


def multiply(small: Path, large: Path, times: int, ids: int) -> int:
    """Write the scored days of one output folder into another, each customer `times` times.

    The ids of `small` are below `ids`. Returns how many customers the newest day has.
    """
    shutil.copytree(small, large, ignore=shutil.ignore_patterns("part-*.parquet", "runs"))
    for table in TABLES:
        for day in sorted((small / table).glob("as_of=*")):
            _copies(day, large / table / day.name, table, times=times, ids=ids)
            _write_manifest(large, table, day.name)
    newest = max((large / "scores").glob("as_of=*"))
    counted = duckdb.sql(f"select count(*) from read_parquet('{newest}/part-*.parquet')")
    return int(counted.fetchall()[0][0])


def _copies(source: Path, target: Path, table: str, *, times: int, ids: int) -> None:
    for copy in range(times):
        replaced = REPLACED[table].format(step=copy * ids, apart=APART.format(copy=copy))
        duckdb.execute(
            f"copy (select * replace ({replaced}) from read_parquet('{source}/part-*.parquet')) "
            f"to '{target}/part-{copy:05}.parquet' (format parquet)"
        )


def _write_manifest(output: Path, table: str, day: str) -> None:
    """Write the parts of a day into its manifest, and into that of scores those of features."""
    manifest = output / table / day / "manifest.json"
    entries = json.loads(manifest.read_text(encoding="utf-8")) | {"parts": _parts(manifest.parent)}
    if table == "scores":
        entries["features"] = [part["sha256"] for part in _parts(output / "features" / day)]
    manifest.write_text(json.dumps(entries), encoding="utf-8")


def _parts(folder: Path) -> list[dict[str, object]]:
    return [
        {
            "file": part.name,
            "rows": read_metadata(part).num_rows,
            "sha256": hashlib.sha256(part.read_bytes()).hexdigest(),
        }
        for part in sorted(folder.glob("part-*.parquet"))
    ]
