"""Customers that were erased: their rows are excluded when a source is read, whoever reads it.

The output folder keeps a salted hash of each id, never the id. The salt lies beside the hashes:
who has the folder and an id can see that it was erased, and nobody reads ids off the hashes.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Self

import ibis
import ibis.expr.types as ir

from tiercast.sources.file_notes import IGNORED, FileNote

FOLDER, SALT = "erasures", "salt.txt"
ID_COLUMNS = ("customer_id", "referred_customer_id")
ACCOUNT = "account_id"  # an id of customers where the contract of a table has it
SALT_BYTES = 32


@dataclass(frozen=True)
class ErasedCustomers:
    """The hashes of erased ids, and their salt."""

    salt: str
    hashes: frozenset[str]

    @classmethod
    def of(cls, output: Path) -> Self:
        """Return the erased customers of an output folder; none where nobody was erased."""
        folder = output / FOLDER
        salt = folder / SALT
        if not salt.exists():
            return cls("", frozenset())
        notes = (json.loads(note.read_bytes()) for note in sorted(folder.glob("*.json")))
        return cls(salt.read_text("utf-8"), frozenset(str(note["customer"]) for note in notes))

    def hash_of(self, customer_id: str) -> str:
        """Return the salted hash of an id, in hexadecimal digits."""
        written = customer_id.lower() if "@" in customer_id else customer_id
        return hashlib.sha256(f"{self.salt}{written}".encode()).hexdigest()

    def are_in(self, rows: ir.Table, columns: Iterable[str] = ID_COLUMNS) -> ir.BooleanValue:
        """Return for each row whether it names an erased customer in a column."""
        found = [
            (ibis.literal(self.salt) + as_written(rows[name]))
            .hexdigest("sha256")
            .isin(sorted(self.hashes))
            .fill_null(False)
            for name in columns
            if name in rows.columns
        ]
        return reduce(or_, found)

    def put_aside(
        self, rows: ir.Table, source: str, columns: Iterable[str] = ID_COLUMNS
    ) -> tuple[ir.Table, tuple[FileNote, ...]]:
        """Return the rows of other customers, and a note on how many were excluded."""
        if not self.hashes:
            return rows, ()
        erased = self.are_in(rows, columns)
        count = int(rows.filter(erased).count().execute())
        return rows.filter(~erased), (_note(source, count),) if count else ()


def as_written(ids: ir.Column) -> ir.StringColumn:
    """Return ids as text; e-mail addresses in lower case, as most sources' ids are read."""
    texts = ids.cast("string")
    return ibis.ifelse(texts.contains("@"), texts.lower(), texts)


def new_salt() -> str:
    """Return a salt that nobody can guess."""
    return secrets.token_hex(SALT_BYTES)


def _note(source: str, rows: int) -> FileNote:
    return FileNote(
        source,
        "erased_customer",
        rows,
        IGNORED,
        "rows of erased customers, not used",
        "remove them from the source",
    )
