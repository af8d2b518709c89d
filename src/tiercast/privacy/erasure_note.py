"""The note of an erasure: who was erased (a salted hash), when, from where, and what is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Self

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.artifacts.text_file import write_json_atomically, write_text_atomically
from tiercast.sources.erased import FOLDER, SALT, ErasedCustomers, new_salt

NAME_DIGITS = 16  # of the hash, in the note's name


@dataclass(frozen=True)
class ErasureNote:
    """The note of one customer, in the folder `erasures` of an output."""

    path: Path
    customer: str

    @classmethod
    def of(cls, output: OutputFolder, customer_id: str) -> Self:
        """Return the note of a customer, which may not be written yet.

        Raises
        ------
        OutputError
            The salt cannot be written.
        """
        folder = output.path / FOLDER
        if not (folder / SALT).exists():
            write_text_atomically(folder / SALT, new_salt())
        hashed = ErasedCustomers.of(output.path).hash_of(customer_id)
        return cls(folder / f"{hashed[:NAME_DIGITS]}.json", hashed)

    @property
    def is_written(self) -> bool:
        """Whether the customer was erased before, or an erasure was interrupted."""
        return self.path.exists()

    def write(self, day: date, *, state: str, results: Mapping[str, object]) -> None:
        """Write the note: from now on rows of the customer in the sources are excluded.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        about = {"customer": self.customer, "as_of": day, "state": state}
        write_json_atomically(
            self.path, {**about, "tiercast_version": version("tiercast"), **results}
        )
