"""The page `docs/performance.md`, made from the results of the jobs."""

import datetime as dt
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from limits import LIMITS
from stages import Stage

Measurement = Mapping[str, Any]
PACKAGES = ("tiercast", "duckdb", "ibis-framework", "lightgbm", "lifetimes")
HEAD = """# Performance

Written by `make bench` on {date}: {cores} cores, {memory:.0f} GB, Python {python}, {versions}.

Orders are made up (`benchmarks/made_up_orders.py`): heavy-tailed customers, season, discounts,
categories, three lines an order. Each stage runs in a process of its own, so that its peak memory
is its own, and beside a bare baseline of the same run: the two take turns, and the fastest run of
each counts. What is measured on fewer rows is said in the list of sizes.
"""


def page(
    stages: Sequence[Stage], measured: Mapping[str, Measurement], sizes: Mapping[str, str]
) -> str:
    """Return the whole page as Markdown."""
    parts = [
        _head(),
        _list(sizes),
        "## Ratios",
        ratios(stages, measured),
        "## Stages",
        _runs(measured),
    ]
    parts += ["## What bounds each stage", _limits()]
    return "\n\n".join(parts) + "\n"


def short(stages: Sequence[Stage], measured: Mapping[str, Measurement]) -> list[Stage]:
    """Return the stages that do not meet their limit."""
    return [stage for stage in stages if not stage.holds(figure_of(stage, measured))]


def figure_of(stage: Stage, measured: Mapping[str, Measurement]) -> float:
    """Return the figure of a stage."""
    return stage.figure(measured[stage.ours], measured.get(stage.baseline, {}))


def ratios(stages: Sequence[Stage], measured: Mapping[str, Measurement]) -> str:
    """Return the table of figures, limits and verdicts."""
    return _table(
        ["what", "ours", "baseline", "figure", "limit", "aim", "verdict"],
        [_row(stage, measured) for stage in stages],
    )


def _row(stage: Stage, measured: Mapping[str, Measurement]) -> list[str]:
    figure = figure_of(stage, measured)
    sense = "at least" if stage.at_least else "at most"
    return [
        stage.name,
        _cost(measured[stage.ours]),
        _cost(measured[stage.baseline]) if stage.baseline else "",
        f"{figure:.3g} {stage.unit}".strip(),
        f"{sense} {stage.limit:g} {stage.unit}".strip(),
        "" if stage.aim is None else f"{stage.aim:g}",
        "pass" if stage.holds(figure) else "**falls short**",
    ]


def _cost(measured: Measurement) -> str:
    return f"{measured['seconds']:.2f} s, {measured['peak_mb']:,.0f} MB"


def _runs(measured: Mapping[str, Measurement]) -> str:
    """Return the table of all runs: seconds, peak memory and other results."""
    hidden = {"seconds", "peak_mb", "first"}
    rows = []
    for name, one in measured.items():
        more = ", ".join(f"{k} {_plain(v)}" for k, v in one.items() if k not in hidden)
        rows.append([f"`{name}`", f"{one['seconds']:.2f}", f"{one['peak_mb']:,.0f}", more])
    return _table(["run", "seconds", "peak MB", "more"], rows)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(f"{one:.4g}" for one in value)
    return f"{value:.2f} s" if isinstance(value, float) else f"{value:,}"


def _limits() -> str:
    return _table(
        ["stage", "bound", "how near"], [[one.stage, one.bound, one.seen] for one in LIMITS]
    )


def _list(sizes: Mapping[str, str]) -> str:
    return "\n".join(f"* {name}: {text}" for name, text in sizes.items())


def _head() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return HEAD.format(
        date=dt.datetime.now(dt.UTC).date(),
        cores=os.cpu_count(),
        memory=memory,
        python=platform.python_version(),
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
    ).strip()


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
