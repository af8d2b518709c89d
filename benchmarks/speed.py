"""The speed of each stage beside a bare baseline of the same run, written to docs/performance.md.

    make bench
    make bench ARGS="--lines 1_000_000 --customers 100_000"
    make bench ARGS="--only features group_by --no-page"
    make bench ARGS="--demo --big"

The exit code is 1 if a stage does not meet its limit.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from made_up_orders import DAYS, FIRST_DAY, LAST_DAY, write_orders
from measuring import Run, alternately
from page import page, ratios, short
from stages import DEMO, STAGES, Stage, growth_stages

PAGE = Path("docs/performance.md")
TRAINED_AS_OF = "2024-12-01"
TRAINED_CUSTOMERS = 20_000
LINES_A_CUSTOMER = 10
LARGE_TIMES = 10
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
BIN = Path(sys.executable).parent


def bases(sizes: argparse.Namespace) -> dict[str, tuple[int, int]]:
    """Return the lines and customers of each base, by name."""

    def of(customers: int) -> tuple[int, int]:
        return customers * LINES_A_CUSTOMER, customers

    found = {
        "whole": (sizes.lines, sizes.customers),
        "trained": of(min(TRAINED_CUSTOMERS, sizes.customers)),
        "scored": of(sizes.score_customers),
        "tenth": of(max(1, sizes.score_customers // 10)),
    }
    if sizes.big:
        found["large"] = (sizes.lines * LARGE_TIMES, sizes.customers * LARGE_TIMES)
    return found


def config_of(folder: Path, base: str, lines: str = "") -> str:
    """Write the config of a base and return its path; `lines` names another base's orders.

    All bases share the model, which is trained at two cutoffs; each has its own output.
    """
    train = {"trials": 0} | ({"snapshots": 2} if base == "trained" else {})
    content = {
        "name": "made_up",
        "sources": {"transactions": {"path": str(folder / f"{lines or base}.parquet")}},
        "outlook": {"horizon_days": 90},
        "train": train,
        "output": {"path": str(folder / "runs" / base)},
    }
    path = folder / f"{base}.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return str(path)


def rounds_of_runs(folder: Path, sizes: argparse.Namespace) -> list[dict[str, Run]]:
    """Return the rounds of runs, by name; the runs of one round take turns."""
    config = {base: config_of(folder, base) for base in bases(sizes)}
    served = config_of(folder, "served", lines="scored")

    def lines(base: str) -> str:
        return str(folder / f"{base}.parquet")

    def features(base: str, cutoffs: int, repeats: int) -> Run:
        arguments = {"config": config[base], "lines": lines(base), "as_of": LAST_DAY}
        return Run("features", {**arguments, "cutoffs": cutoffs}, repeats=repeats)

    def dated(job: str, base: str, as_of: str = LAST_DAY, repeats: int = 1) -> Run:
        return Run(job, {"config": config[base], "as_of": as_of}, repeats=repeats)

    def parts(table: str) -> str:
        return str(folder / "runs" / "served" / table / f"as_of={LAST_DAY}" / "part-*.parquet")

    trees = {"rows": sizes.shap_rows, "rounds": sizes.rounds}
    customers = {"customers": sizes.btyd_customers}
    rounds = [
        {
            "group_by": Run("group_by", {"lines": lines("whole")}, repeats=5),
            "features": features("whole", 1, 3),
            "features_6": features("whole", 6, 1),
        },
        {
            "training_panel": dated("training_panel", "whole"),
            "train": dated("train", "trained", TRAINED_AS_OF),
        },
        {
            "score_tenth": dated("score", "tenth"),
            "checked_features": dated("checked_features", "scored", repeats=2),
            "predict": Run(
                "predict",
                {"config": config["scored"], "rows": sizes.score_customers},
                repeats=2,
            ),
            "score": dated("score", "scored", repeats=2),
        },
        {
            "score_before": dated("score", "trained", TRAINED_AS_OF),
            "score_small": dated("score", "trained"),
            "many_scores": Run(
                "many_scores",
                {
                    "small": str(folder / "runs" / "trained"),
                    "large": str(folder / "runs" / "served"),
                    "times": sizes.score_customers // TRAINED_CUSTOMERS + 1,
                    "ids": TRAINED_CUSTOMERS,
                },
            ),
            "app": Run("web_app", {"config": served, "scores": parts("scores")}),
            "bare_pages": Run(
                "bare_pages", {"scores": parts("scores"), "features": parts("features")}
            ),
        },
        {
            "shap": Run("shap", trees, ONE_CORE, repeats=2),
            "pred_contrib": Run(
                "pred_contrib",
                {**trees, "timed_rows": min(sizes.contrib_rows, sizes.shap_rows)},
                ONE_CORE,
                repeats=2,
            ),
        },
        {
            "bg_nbd": Run("bg_nbd", customers, repeats=3),
            "lifetimes": Run("lifetimes", customers, repeats=3),
        },
        {
            "import": Run("command", {"words": [sys.executable, "-c", "import tiercast"]}),
            "help": Run("command", {"words": [str(BIN / "tiercast"), "--help"]}),
        },
    ]
    if sizes.demo:
        rounds.append({"demo": Run("demo", {"words": [str(BIN / "tiercast"), "demo"]})})
    if sizes.big:
        rounds.append({"big": features("large", 1, 2)})
    return rounds


def measure(folder: Path, sizes: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Run everything; return the results of each run, by name."""
    measured: dict[str, dict[str, Any]] = {}
    for runs in rounds_of_runs(folder, sizes):
        chosen = {n: one for n, one in runs.items() if not sizes.only or n in sizes.only}
        if not chosen:
            continue
        for name, found in alternately(chosen, folder):
            measured[name] = found
            say(f"{name}: {found['seconds']:.2f} s, {found['peak_mb']:,.0f} MB")
    if {"checked_features", "predict"} <= set(measured):
        parts = measured["checked_features"], measured["predict"]
        measured["score_baseline"] = {
            "seconds": sum(part["seconds"] for part in parts),
            "peak_mb": max(part["peak_mb"] for part in parts),
        }
    return measured


def stages_of(measured: Mapping[str, Any]) -> list[Stage]:
    """Return the stages for which there are results."""
    rows = [*STAGES, DEMO, *growth_stages(LARGE_TIMES)]
    return [r for r in rows if r.ours in measured and (not r.baseline or r.baseline in measured)]


def sizes_text(
    sizes: argparse.Namespace, written: Mapping[str, tuple[int, int]]
) -> dict[str, str]:
    """Return the size of each measurement, as text by name."""
    base = {
        name: f"{lines:,} lines, {customers:,} customers, {DAYS} days from {FIRST_DAY}"
        for name, (lines, customers) in written.items()
    }
    note = {"note": sizes.note} if sizes.note else {}
    return {
        **note,
        "features, panel of a training (base `whole`)": base["whole"],
        "score (base `scored`)": base["scored"],
        "score, for its memory (base `tenth`)": base["tenth"],
        "training (base `trained`, no tuning, two cutoffs)": base["trained"],
        "features of the large base": base.get("large", "not run this time (`--big`)"),
        "web app": "two scored days of the base `trained`, each customer many times, and the "
        "orders of the base `scored`; 200 requests in turn; `app` gives each page's median, 95th "
        "percentile and slowest in seconds; baseline: the queries of the page of customers alone",
        "Shapley values": f"{sizes.shap_rows:,} rows x {sizes.rounds} trees x 80 columns; "
        f"`pred_contrib` on the first {sizes.contrib_rows:,} of them, scaled; one core each",
        "BG/NBD": f"{sizes.btyd_customers:,} customers drawn from the model, the same for both",
    }


def say(text: str) -> None:
    """Write a line of progress to stderr."""
    sys.stderr.write(text + "\n")


def parsed(given: Sequence[str]) -> argparse.Namespace:
    """Return the requested sizes; numbers may have underscores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--customers", type=int, default=1_000_000)
    # 996,000 of them remain after the season: 20 full batches; a tenth has 2.
    parser.add_argument("--score-customers", type=int, default=1_090_000)
    parser.add_argument("--shap-rows", type=int, default=200_000)
    parser.add_argument("--contrib-rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--btyd-customers", type=int, default=1_000_000)
    parser.add_argument("--big", action="store_true", help="ten times lines and customers as well")
    parser.add_argument("--demo", action="store_true", help="time `tiercast demo` too")
    parser.add_argument("--only", nargs="*", default=[], help="runs by name")
    parser.add_argument("--note", default="", help="what to say of the circumstances")
    parser.add_argument("--no-page", action="store_true", help="leave docs/performance.md alone")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Measure, print and write the page; return 1 if a stage does not meet its limit."""
    sizes = parsed(given)
    with tempfile.TemporaryDirectory(prefix="tiercast-") as scratch:
        folder = Path(scratch)
        written = {}
        for base, (lines, customers) in bases(sizes).items():
            written[base] = write_orders(lines, customers, folder / f"{base}.parquet")
            say(f"{base}: {written[base][0]:,} lines of {written[base][1]:,} customers")
        measured = measure(folder, sizes)
    stages = stages_of(measured)
    sys.stdout.write(ratios(stages, measured) + "\n")
    if not sizes.no_page:
        PAGE.write_text(page(stages, measured, sizes_text(sizes, written)), encoding="utf-8")
    return 1 if short(stages, measured) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
