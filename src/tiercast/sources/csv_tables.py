"""CSV files as tables with ids exactly as in the file: two texts are never read as one id.

DuckDB would read `1e3` and `1000`, or two numbers of 20 digits, as the same number. So ids are
read as text first. They become integers only if every text of the column equals its integer.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.config.schema import SourceConfig
from tiercast.contract.tables import TableSpec
from tiercast.sources.csv_text import PlainCsv
from tiercast.sources.csv_types import TYPES, Sniffed, Sniffer, marks_of, named

AS_WRITTEN = ("id", "key", "text", "number")
LONG = r"^\s*[-+]?[0-9]+\s*$"
NO_POINT = r"^[^.]*$"
THREE_DECIMALS = r"^\s*[-+]?[1-9][0-9]{0,2}\.[0-9]{3}\s*$"  # 1.234, which may be 1234


def csv_table(
    connection: Backend, files: Sequence[PlainCsv], names: Mapping[str, Collection[str]]
) -> ir.Table:
    """Return the rows of files; `names` has the columns to read as ids, keys and texts.

    The files are looked through twice here: once for the types, once for how ids are written.
    Columns are one where their names differ by capitals alone.
    """
    options = {"delim": files[0].sign, "header": True, "skip": 0, "comment": ""}
    as_text = [some for kind, some in names.items() if kind != "number"]
    wanted = {name.casefold() for some in as_text for name in some}
    sniffer = Sniffer(connection, options, wanted)
    found = [sniffer.look(file) for file in files if file.columns]
    united = _united(found)
    times = _times(files) & set(united)
    types = united | dict.fromkeys(named(united, wanted), "VARCHAR")
    types |= dict.fromkeys(times, "TIMESTAMP")
    marks = marks_of(found)
    whole = {name.casefold() for kind in ("id", "key") for name in names.get(kind, ())}
    keys = named(united, whole) - times
    floats = {name for name, kind in types.items() if kind == "DOUBLE"}
    numbers = named(floats, {name.casefold() for name in names.get("number", ())})
    paths = [file.path for file in files]
    written = _read(connection, paths, options | marks, types | dict.fromkeys(floats, "VARCHAR"))
    settled = _settled(written, keys, floats, numbers)
    return _read(connection, paths, options | marks, types | settled)


def _times(files: Sequence[PlainCsv]) -> set[str]:
    """Return the columns that hold nothing but times in each file that has them."""
    others = {name for file in files for name in file.columns if name not in file.times}
    return {name for file in files for name in file.times} - others


def written_columns(spec: TableSpec, source: SourceConfig) -> dict[str, list[str]]:
    """Return, by kind, a source's own names of the columns that are read as they are written.

    Numbers stay text if the config sets their decimal or thousands separator.
    """
    columns = source.columns
    found = {
        kind: [str(columns.get(c.name, c.name)) for c in spec.columns if c.kind == kind]
        for kind in AS_WRITTEN
    }
    if source.decimal is not None or source.thousands is not None:
        found["text"] += found.pop("number")
    return found


def _read(
    connection: Backend,
    files: Sequence[Path],
    options: Mapping[str, Any],
    types: Mapping[str, str],
) -> ir.Table:
    return connection.read_csv(
        [str(file) for file in files],
        union_by_name=True,
        auto_type_candidates=TYPES,
        **options,
        **({"types": dict(types)} if types else {}),
    )


def _united(found: Sequence[Sniffed]) -> dict[str, str]:
    """Return types that hold the values of all files; names are spelled as in the first file."""
    spelled: dict[str, str] = {}
    kinds: dict[str, set[str]] = {}
    for file in found:
        for name, kind in file.types.items():
            own = spelled.setdefault(name.casefold(), name)
            kinds.setdefault(own, set()).add(kind)
    return {name: _wider(found) for name, found in kinds.items()}


def _wider(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    return "DOUBLE" if kinds == {"BIGINT", "DOUBLE"} else "VARCHAR"


def _settled(
    written: ir.Table, keys: Collection[str], floats: Collection[str], numbers: Collection[str]
) -> dict[str, str]:
    """Return the types of columns: integers, and text where floats would change the values.

    Numbers that could all be thousands (`1.234`) stay text too: the contract decides.
    """
    checks = {f"whole_{name}": _is_whole(written[name]) for name in keys}
    checks |= {
        f"long_{name}": _all(written[name], written[name].re_search(LONG)) for name in floats
    }
    for name in numbers:
        text = written[name]
        either = text.re_search(NO_POINT) | text.re_search(THREE_DECIMALS)
        checks[f"unsettled_{name}"] = _all(text, either)
    if not checks:
        return {}
    (seen,) = written.agg(**checks).to_pyarrow().to_pylist()
    whole = {name for name in keys if seen[f"whole_{name}"]}
    long = {name for name in floats if seen[f"long_{name}"]}
    unsettled = {name for name in numbers if seen[f"unsettled_{name}"]}
    return dict.fromkeys(whole, "BIGINT") | dict.fromkeys(long | unsettled, "VARCHAR")


def whole_numbers(table: ir.Table, names: Sequence[str]) -> list[str]:
    """Return the columns of text in which every value is a whole number, in one pass."""
    if not names:
        return []
    row = table.agg(**{name: _is_whole(table[name]) for name in names}).to_pyarrow().to_pylist()[0]
    return [name for name in names if row[name]]


def _is_whole(text: ir.StringValue) -> ir.BooleanScalar:
    """Return whether each text equals its integer, or each equals it followed by `.0`.

    pandas writes integers as `1.0` where some are missing.
    """
    whole = text.try_cast("int64").cast("string")
    return _all(text, whole == text) | _all(text, whole + ".0" == text)


def _all(text: ir.StringValue, holds: ir.BooleanValue) -> ir.BooleanScalar:
    return (text.isnull() | holds.fill_null(ibis.literal(False))).all()
