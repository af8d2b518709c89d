"""Open the engine that a config names: DuckDB in this process, or Spark."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ibis.backends.sql import SQLBackend

from tiercast.config.schema import LOCAL_SPARK, Config
from tiercast.sources.scratch import PREFIX, scratch_folder
from tiercast.sources.spark_session import spark_session
from tiercast.sources.workspace import workspace


@contextmanager
def open_engine(config: Config) -> Iterator[SQLBackend]:
    """Open the engine with a place for tables, which is removed when the `with` block ends.

    Raises
    ------
    InputError
        Spark cannot be started; the message names what is missing.
    """
    if not config.on_spark:
        with workspace() as connection:
            yield connection
        return
    with spark_session(config.engine) as session, _shared_folder(config) as folder:
        from tiercast.sources.spark_backend import SparkBackend

        yield SparkBackend.on(session, folder)


@contextmanager
def _shared_folder(config: Config) -> Iterator[Path]:
    """Make a folder that executors can read: for a cluster, in the output folder."""
    parent = None
    if config.engine != LOCAL_SPARK:
        parent = Path(config.output.path).absolute()
        parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(parent, prefix=f".{PREFIX}") as folder:
        yield folder
