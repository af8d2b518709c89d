"""A place where results go beside the files, whatever it is."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tiercast.artifacts.run_log import Run


class Replacement(Protocol):
    """What puts a day's scores in the place of those before; seen once its block has ended."""

    def load(self, files: Sequence[Path], rows: pa.Schema, run: Run) -> None:
        """Bring the scores in parquet files there, unseen."""


class Sink(Protocol):
    """Runs, a day's scores and the grades of past ones, kept somewhere else."""

    @property
    def label(self) -> str:
        """What it is, for people."""

    def keep_run(self, run: Run) -> None:
        """Write a run down, or what became of it."""

    def keep_grades(self, files: Sequence[Path]) -> None:
        """Put grades in the place of those of their days."""

    def replacing(self) -> AbstractContextManager[Replacement]:
        """Hand out what puts a day's scores in; without an error in the block they are seen."""
