"""A place beside the output folder that gets the results: a database or an object store."""

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
def hiding_secrets(config: Config) -> Iterator[None]:
    """Remove the config's passwords from an OutputError that leaves the block.

    Raises
    ------
    OutputError
        The one from the block, without any password.
    """
    try:
        yield
    except OutputError as error:
        raise OutputError(without_secrets(str(error), config)) from None


class Replacement(Protocol):
    """Puts a day's scores in the place of the old ones; readers see them after its block."""

    def load(self, files: Sequence[Path], rows: pa.Schema, run: Run) -> None:
        """Copy the scores in parquet files there; no reader sees them yet.

        Raises
        ------
        OutputError
            The place cannot be reached or refuses.
        InputError
            The customer ids there are of another type.
        """


class Sink(Protocol):
    """Stores runs, a day's scores and the grades of past ones.

    Where the place cannot be reached, fails in between or refuses, each method raises an
    OutputError without any password; readers see each day whole, as it was or as it is now.
    """

    @property
    def label(self) -> str:
        """What kind of place it is, for messages."""

    @property
    def where(self) -> str:
        """Its address, without any password."""

    def record_run(self, run: Run) -> None:
        """Record a run's begin or end."""

    def replace_grades(self, files: Sequence[Path]) -> None:
        """Put grades in the place of those of the same days."""

    def replacing(self) -> AbstractContextManager[Replacement]:
        """Hand out a replacement of a day's scores; it takes effect when the block ends well."""
