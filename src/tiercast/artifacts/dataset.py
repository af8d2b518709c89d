"""A folder of parquet parts and a manifest, written whole or not at all."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from tiercast.artifacts.staging import staged_folder, whole_file, writing
from tiercast.artifacts.text_file import plain_json, to_json, write_text_atomically

MANIFEST_FILE = "manifest.json"


@dataclass(frozen=True)
class Part:
    """One file of a dataset, its rows and the checksum of its bytes."""

    file: str
    rows: int
    sha256: str


def write_part(folder: Path, number: int, rows: pa.Table) -> Part:
    """Write one part into a folder, whole or not at all: a second try does no harm."""
    path = folder / f"part-{number:05d}.parquet"
    with whole_file(path) as aside:
        pq.write_table(
            plain(rows),
            aside,
            compression="zstd",
            version="2.6",
            use_dictionary=dictionary_columns(rows.schema),
        )
        digest = checksum(aside)
    return Part(path.name, rows.num_rows, digest)


def dictionary_columns(schema: pa.Schema) -> list[str]:
    """Return the parquet paths of all columns but floats, which seldom repeat.

    A dictionary of floats takes time and room, and is given up in the end.

    Examples
    --------
    >>> reason = pa.struct([("text", pa.string()), ("effect", pa.float64())])
    >>> schema = pa.schema([("tier", pa.string()), ("p", pa.float64()), ("why", pa.list_(reason))])
    >>> dictionary_columns(schema)
    ['tier', 'why.list.element.text']
    """
    return [path for field in schema for path in _repeating(field.name, field.type)]


def _repeating(path: str, kind: pa.DataType) -> list[str]:
    if pa.types.is_list(kind):
        return _repeating(f"{path}.list.element", kind.value_type)
    if pa.types.is_struct(kind):
        return [one for c in kind for one in _repeating(f"{path}.{c.name}", c.type)]
    return [] if pa.types.is_floating(kind) else [path]


def parts_of(folder: Path) -> list[Path]:
    """Return the parts of a dataset, in order."""
    return sorted(folder.glob("part-*.parquet"))


def rows_of(connection: Backend, parts: Sequence[Path]) -> ir.Table:
    """Return the rows of parts, lazily; `as_of` is their own column, not that of the path."""
    return connection.read_parquet([str(part) for part in parts], hive_partitioning=False)


def manifest_of(folder: Path) -> Mapping[str, Any]:
    """Return the manifest of a dataset."""
    manifest: Mapping[str, Any] = json.loads((folder / MANIFEST_FILE).read_bytes())
    return manifest


def checksums_of(folder: Path) -> list[str]:
    """Return the checksum of each part of a dataset, as its manifest has them."""
    return [part["sha256"] for part in manifest_of(folder)["parts"]]


def checksum(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def plain(rows: pa.Table) -> pa.Table:
    """Return rows without metadata, in one chunk: the same rows give the same bytes."""
    return rows.replace_schema_metadata(None).combine_chunks()


class DatasetWriter:
    """Write `part-00000.parquet`, `part-00001.parquet`, ... and, last, `manifest.json`.

    `folder` does not change before the `with` block ends, nor when it ends with an error; a second
    run replaces the first. The same rows in the same batches give the same bytes: a part holds
    nothing of a clock or a machine.

    Parameters
    ----------
    folder
        Where the dataset will be, for example `runs/cdnow/scores/as_of=1998-04-01`.

    Raises
    ------
    OutputError
        The disk is full, read-only or the like.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     folder = Path(parent) / "scores"
    ...     with DatasetWriter(folder) as writer:
    ...         writer.write(pa.table({"customer_id": [1, 2]}))
    ...         writer.describe({"model_version": "3"})
    ...     sorted(file.name for file in folder.iterdir())
    ['manifest.json', 'part-00000.parquet']
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows = 0
        self._schema: pa.Schema | None = None
        self._parts: list[Part] = []
        self._description: dict[str, object] = {}
        self._block = self._whole_or_not_at_all()

    def __enter__(self) -> Self:
        self._block.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return self._block.__exit__(kind, error, traceback)

    @contextmanager
    def _whole_or_not_at_all(self) -> Iterator[None]:
        with staged_folder(self.folder) as self._staging:
            yield
            with writing(self.folder):
                self._finish()

    def write(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Write one part; all parts have the columns and types of the first.

        Raises
        ------
        ValueError
            The columns differ from those of the parts before.
        OutputError
            The disk is full, read-only or the like.
        """
        table = plain(rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows]))
        self._schema = self._schema or table.schema
        if not table.schema.equals(self._schema):
            raise ValueError(
                f"all parts must have the columns of the first, {_shown(self._schema)}, "
                f"but got {_shown(table.schema)}"
            )
        with writing(self.folder):
            self._add(write_part(self._staging, len(self._parts), table))

    @property
    def staging(self) -> Path:
        """The folder where other processes may write parts (`write_part`) in the `with` block."""
        return self._staging

    @property
    def files(self) -> list[Path]:
        """The parts written so far, at their place during the `with` block."""
        return [self._staging / part.file for part in self._parts]

    @property
    def checksums(self) -> list[str]:
        """The checksum of each part written so far."""
        return [part.sha256 for part in self._parts]

    def adopt(self, schema: pa.Schema, parts: Sequence[Part]) -> None:
        """Add the parts that other processes wrote into `staging`, and remove all else there."""
        names = {part.file for part in parts}
        with writing(self.folder):
            for path in self._staging.iterdir():
                if path.name not in names:
                    path.unlink()
        self._schema = schema
        for part in parts:
            self._add(part)

    def attach(self, entry: str, file: str, content: Mapping[str, object]) -> None:
        """Write a JSON file beside the parts; the manifest's `entry` has its name and checksum.

        Raises
        ------
        OutputError
            The disk is full, read-only or the like.
        """
        path = self._staging / file
        write_text_atomically(path, plain_json(content))
        self.describe({entry: {"file": file, "sha256": checksum(path)}})

    def describe(self, content: Mapping[str, object]) -> None:
        """Add entries to the manifest, beside its own `rows`, `columns` and `parts`."""
        self._description.update(content)

    def _add(self, part: Part) -> None:
        self._parts.append(part)
        self.rows += part.rows

    def _finish(self) -> None:
        if self._schema is None:
            raise ValueError(f"a dataset needs at least one part, but {self.folder} got none")
        own: dict[str, object] = {"rows": self.rows, "columns": _columns(self._schema)}
        own["parts"] = [asdict(part) for part in self._parts]
        content = to_json({**self._description, **own})
        (self._staging / MANIFEST_FILE).write_bytes(content.encode())


def _columns(schema: pa.Schema) -> dict[str, str]:
    return {field.name: str(field.type) for field in schema}


def _shown(schema: pa.Schema) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in _columns(schema).items())
