"""A place where results go beside the files, whatever it is."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tiercast.artifacts.run_log import Run
from tiercast.config.errors import OutputError
from tiercast.config.public_settings import without_secrets
from tiercast.config.schema import Config


@contextmanager
def keeping_secrets(config: Config) -> Iterator[None]:
    """Let no OutputError out of the block that gives away a password of the config."""
    try:
        yield
    except OutputError as error:
        raise OutputError(without_secrets(str(error), config)) from None


class Replacement(Protocol):
    """What puts a day's scores in the place of those before; seen once its block has ended."""

    def load(self, files: Sequence[Path], rows: pa.Schema, run: Run) -> None:
        """Bring the scores in parquet files there, unseen."""


class Sink(Protocol):
    """Runs, a day's scores and the grades of past ones, kept somewhere else."""

    @property
    def label(self) -> str:
        """What it is, for people."""

    @property
    def where(self) -> str:
        """Its address, without any password."""

    def keep_run(self, run: Run) -> None:
        """Write a run down, or what became of it."""

    def keep_grades(self, files: Sequence[Path]) -> None:
        """Put grades in the place of those of their days."""

    def replacing(self) -> AbstractContextManager[Replacement]:
        """Hand out what puts a day's scores in; without an error in the block they are seen."""
