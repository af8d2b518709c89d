"""The jobs of the benchmark, each in its own process: `python benchmarks/jobs.py JOB JSON`.

A job measures its seconds without imports and without making its input. The last line of its
output is JSON: the seconds, the peak memory of the process, and the job's other results.
"""

import datetime as dt
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

HORIZON_DAYS, EVERY_DAYS = 90, 30
COLUMNS = 80
TRAINED_ROWS, SEED = 50_000, 7
BATCH_ROWS = 50_000  # as in scoring
Measurement = dict[str, Any]


class Watch:
    """Seconds by name: `seconds` of the job itself, `cpu` of all cores together.

    On a machine that does other work too, `cpu` varies less.
    """

    def __init__(self) -> None:
        self.measured: Measurement = {}

    @contextmanager
    def time(self, name: str = "seconds") -> Iterator[None]:
        """Add the seconds of the block to those of a name."""
        start, busy = time.perf_counter(), time.process_time()
        yield
        self._add(name, time.perf_counter() - start)
        if name == "seconds":
            self._add("cpu", time.process_time() - busy)

    def _add(self, name: str, more: float) -> None:
        self.measured[name] = self.measured.get(name, 0.0) + more


def group_by(watch: Watch, lines: str) -> None:
    """Run the baseline of features: one GROUP BY over the file."""
    import duckdb

    with duckdb.connect() as connection, watch.time():
        connection.execute(
            "create table counted as select customer_id, max(ordered_at), count(*), sum(amount) "
            f"from read_parquet('{lines}') group by customer_id"
        )


def features(watch: Watch, config: str, lines: str, as_of: str, cutoffs: int) -> None:
    """Compute every feature of `cutoffs` cutoffs from the same file, without checking its rows.

    The lines are reduced to orders once; the cutoffs follow one after the other.
    """
    from tiercast.config.loading import load_config
    from tiercast.features.assemble import feature_panel
    from tiercast.features.feature import Setting
    from tiercast.snapshots.activity import build_activity
    from tiercast.sources.workspace import allow_panel, workspace

    settings, days = load_config(config), _cutoffs(as_of, cutoffs)
    with workspace() as connection, watch.time():
        allow_panel(connection)
        with watch.time("reduce"):
            table = connection.read_parquet(lines)
            activity = build_activity(connection, {"transactions": table}, settings)
        with watch.time("count"):
            panels = [feature_panel(activity, [day], Setting(HORIZON_DAYS)) for day in days]
            watch.measured["rows"] = sum(map(_read, panels))
        watch.measured["features"] = len(panels[0].columns) - 2


def training_panel(watch: Watch, config: str, as_of: str) -> None:
    """Read and check a base, and make the panel of a training: a sample at all cutoffs."""
    from tiercast.config.loading import load_config
    from tiercast.snapshots.activity import build_activity
    from tiercast.sources.canonical import open_base
    from tiercast.sources.workspace import allow_panel
    from tiercast.training.panel import build_panel

    settings = load_config(config)
    with watch.time(), open_base(settings) as base:
        allow_panel(base.connection)
        activity = build_activity(base.connection, base.tables, settings)
        panel = build_panel(base, activity, dt.date.fromisoformat(as_of))
        watch.measured |= {"rows": len(panel.rows), "cutoffs": len(panel.cutoffs)}


def checked_features(watch: Watch, config: str, as_of: str) -> None:
    """Read the file, check it against the contract and compute features, as scoring does first."""
    from tiercast.config.loading import load_config
    from tiercast.features.assemble import feature_panel
    from tiercast.features.feature import Setting
    from tiercast.snapshots.activity import build_activity
    from tiercast.sources.canonical import open_base

    settings = load_config(config)
    started = time.perf_counter()
    with watch.time(), open_base(settings) as base:
        watch.measured["check"] = time.perf_counter() - started
        activity = build_activity(base.connection, base.tables, settings)
        panel = feature_panel(activity, _cutoffs(as_of, 1), Setting(HORIZON_DAYS))
        watch.measured["rows"] = _read(panel)


def predict(watch: Watch, config: Any, rows: int) -> None:
    """Predict with each booster of the model alone, over `rows` rows of features."""
    from tiercast.config.loading import load_config
    from tiercast.tracking.registry import load_version

    learners = load_version(load_config(config)).outlook.components.learners
    assert learners is not None
    trees = (learners.order, learners.total, learners.given)
    for booster in (fitted.booster for fitted in trees):
        matrix = np.random.default_rng(SEED).normal(
            size=(min(rows, 200_000), booster.num_feature())
        )
        with watch.time():
            for start in range(0, rows, len(matrix)):
                booster.predict(matrix[: rows - start])
    watch.measured["boosters"] = len(trees)


def train(watch: Watch, config: str, as_of: str) -> None:
    """Train the model that scores."""
    import tiercast

    with watch.time():
        tiercast.train(config, as_of)


def score(watch: Watch, config: str, as_of: str) -> None:
    """Score, and measure the seconds with and without the reasons."""
    import tiercast
    from tiercast.modeling.customer_model import CustomerModel

    plain = CustomerModel.reasons

    def timed(self: CustomerModel, *given: Any) -> Any:
        with watch.time("reasons"):
            return plain(self, *given)

    CustomerModel.reasons = timed  # type: ignore[method-assign]
    with watch.time("whole"):
        watch.measured["rows"] = tiercast.score(config, as_of).rows
    watch.measured["seconds"] = watch.measured["whole"] - watch.measured["reasons"]


def shap(watch: Watch, rows: int, rounds: int) -> None:
    """Compute the Shapley values of the reasons with the package, batch after batch."""
    from tiercast.modeling.shapley import TreeShapley

    booster, matrix = _booster(rows, rounds)
    with watch.time():
        shapley = TreeShapley(booster)
        for start in range(0, rows, BATCH_ROWS):
            found = shapley.values(matrix[start : start + BATCH_ROWS])
            if start == 0:
                watch.measured["first"] = found[:5].tolist()


def pred_contrib(watch: Watch, rows: int, rounds: int, timed_rows: int) -> None:
    """Compute LightGBM's own Shapley values of the first rows; seconds are scaled to all rows."""
    booster, matrix = _booster(rows, rounds)
    with watch.time():
        found = booster.predict(matrix[:timed_rows], pred_contrib=True, num_threads=1)
    watch.measured["seconds"] *= rows / timed_rows
    watch.measured["first"] = found[:5, :-1].tolist()


def bg_nbd(watch: Watch, customers: int) -> None:
    """Fit the package's BG/NBD model."""
    from tiercast.btyd.beta_geometric import BGNBD

    rows = _histories(customers)
    with watch.time():
        model = BGNBD().fit(rows)
    watch.measured["parameters"] = list(model.to_dict().values())
    with watch.time("predict"):
        model.order_probability(rows, HORIZON_DAYS)


def lifetimes(watch: Watch, customers: int) -> None:
    """Fit the BG/NBD model of the package `lifetimes` to the same rows."""
    import warnings

    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter

    rows = _histories(customers)
    with watch.time():
        model = BetaGeoFitter().fit(*rows.T)
    watch.measured["parameters"] = [
        float(model.params_[name]) for name in ("r", "alpha", "a", "b")
    ]


def command(watch: Watch, words: list[str]) -> None:
    """Measure a command's wall time, Python's start included; the best of three runs."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    watch.measured["seconds"] = min(seconds)


def demo(watch: Watch, words: list[str]) -> None:
    """Run the complete demo once."""
    with watch.time():
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def many_scores(watch: Watch, small: str, large: str, times: int, ids: int) -> None:
    """Write the scored days of a small base as those of a large one."""
    from made_up_scores import multiply

    with watch.time():
        watch.measured["rows"] = multiply(Path(small), Path(large), times, ids)


def web_app(watch: Watch, config: str, scores: str) -> None:
    """Serve a scored base and ask for its pages; the peak memory is the server's."""
    import app

    watch.measured.update(app.visit(config, scores))


def bare_pages(watch: Watch, scores: str, features: str) -> None:
    """Run the baseline of the web app: the queries of the page of customers alone."""
    import app

    watch.measured.update(app.bare(scores, features))


JOBS: tuple[Callable[..., None], ...] = (
    group_by, features, checked_features, predict, training_panel, train, score, shap,
    pred_contrib, bg_nbd, lifetimes, command, demo, many_scores, web_app, bare_pages,
)  # fmt: skip


def _cutoffs(as_of: str, number: int) -> list[dt.date]:
    day = dt.date.fromisoformat(as_of)
    return [day - dt.timedelta(days=EVERY_DAYS * step) for step in range(number)]


def _read(panel: Any) -> int:
    """Read every row of a panel as Arrow, batch after batch; return the number of rows."""
    return sum(batch.num_rows for batch in panel.to_pyarrow_batches())


def _booster(rows: int, rounds: int) -> tuple[Any, "np.ndarray[Any, Any]"]:
    """Return trees fitted by the package and `rows` rows of synthetic features.

    Only ten of the features are informative.
    """
    trees = importlib.import_module("tiercast.modeling.trees")
    rng = np.random.default_rng(SEED)
    matrix = rng.normal(size=(max(rows, TRAINED_ROWS), COLUMNS))
    signal = matrix[:, :10] @ rng.normal(size=10) + rng.normal(size=len(matrix))
    learnt = slice(TRAINED_ROWS)
    sample = trees.TrainingRows(
        matrix[learnt], (signal[learnt] > 0).astype(float), np.zeros(TRAINED_ROWS)
    )
    return trees.fit_trees(
        "binary", sample, trees.TreeParams(rounds=rounds), SEED
    ).booster, matrix[:rows]


def _histories(customers: int) -> "np.ndarray[Any, Any]":
    """Return histories (x, t_x, T) in whole days, (n, 3), drawn from the BG/NBD model itself."""
    rng = np.random.default_rng(SEED)
    age = rng.integers(30, 730, customers).astype(float)
    rate = rng.gamma(0.8, 1 / 60, customers)
    dropout = rng.beta(0.8, 2.5, customers)
    frequency, recency = np.zeros(customers), np.zeros(customers)
    alive = np.arange(customers)
    moment = np.zeros(customers)
    while len(alive):
        moment[alive] += rng.exponential(1 / np.maximum(rate[alive], 1e-12))
        alive = alive[moment[alive] < age[alive]]
        frequency[alive] += 1
        recency[alive] = moment[alive]
        alive = alive[rng.random(len(alive)) >= dropout[alive]]
    recency = np.where(frequency > 0, np.clip(np.ceil(recency), 1, age), 0.0)
    return np.column_stack([frequency, recency, age])


def peak_mb() -> float:
    """Return the peak memory of this process, in MB.

    `getrusage` would also count the memory of its parent at the start.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    chosen = next(job for job in JOBS if job.__name__ == sys.argv[1])
    stopwatch = Watch()
    chosen(stopwatch, **json.loads(sys.argv[2]))
    sys.stdout.write("\n" + json.dumps({"peak_mb": peak_mb(), **stopwatch.measured}) + "\n")
