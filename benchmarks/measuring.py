"""Run each job in its own process, several times, and take the fastest run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JOBS = Path(__file__).with_name("jobs.py").absolute()


@dataclass(frozen=True)
class Run:
    """A job with its arguments, its environment variables and its number of repeats."""

    job: str
    arguments: Mapping[str, Any]
    environment: Mapping[str, str] = field(default_factory=dict)
    repeats: int = 1


def run(one: Run, folder: Path) -> dict[str, Any]:
    """Run a job in a process that works in `folder`; return its results."""
    command = [sys.executable, "-W", "ignore", str(JOBS), one.job, json.dumps(one.arguments)]
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", **one.environment}
    environment.pop("PYTHONWARNINGS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{one.job} {one.arguments} failed:\n{done.stderr[-3000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def best(measured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the fastest of several runs, with the highest peak memory of all.

    Examples
    --------
    >>> best([{"seconds": 2.0, "peak_mb": 5}, {"seconds": 1.0, "peak_mb": 4}])
    {'seconds': 1.0, 'peak_mb': 5}
    """
    fastest = min(measured, key=lambda one: one["seconds"])
    return {**fastest, "peak_mb": max(one["peak_mb"] for one in measured)}


def alternately(runs: Mapping[str, Run], folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Run each in turn, round after round, so that other load affects all equally."""
    measured: dict[str, list[dict[str, Any]]] = {name: [] for name in runs}
    for turn in range(max(one.repeats for one in runs.values())):
        for name, one in runs.items():
            if turn < one.repeats:
                measured[name].append(run(one, folder))
    for name, found in measured.items():
        yield name, best(found)
