"""The rows of a customer in a table of Arrow: by its id columns, and by texts that name the id."""

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from tiercast.privacy.trace import Trace


def rows_of(table: pa.Table, trace: Trace) -> pa.ChunkedArray | pa.BooleanArray:
    """Return, for each row, whether it is the customer's or names it in a text."""
    found = pa.chunked_array([pa.repeat(pa.scalar(False), table.num_rows)])
    for name in table.column_names:
        column = table[name]
        if name in trace.columns:
            found = pc.or_(found, _has_id(column, trace))
        elif any(map(_has_text, _leaves(column))) and _names(column, trace):
            found = pc.or_(found, _naming(column, trace))
    return found


def holds(table: pa.Table, trace: Trace) -> bool:
    """Return whether a row is the customer's or names it."""
    return bool(pc.any(rows_of(table, trace)).as_py())


def _has_id(column: pa.ChunkedArray, trace: Trace) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    wanted = trace.customer_id
    texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
    if "@" in wanted:
        texts, wanted = pc.utf8_lower(texts), wanted.lower()
    return pc.fill_null(pc.equal(texts, wanted), False)


def _names(column: pa.ChunkedArray, trace: Trace) -> bool:
    """Return whether any text of a column, nested ones among them, names the id."""
    texts = (leaf for leaf in _leaves(column) if _has_text(leaf))
    return any(
        pc.any(pc.match_substring_regex(leaf.cast(pa.string()), trace.plain)).as_py()
        for leaf in texts
    )


def _naming(column: pa.ChunkedArray, trace: Trace) -> pa.Array:
    rows = (json.dumps(value, default=str, ensure_ascii=False) for value in column.to_pylist())
    return pa.array([trace.is_in(text) for text in rows])


def _has_text(leaf: pa.Array) -> bool:
    return pa.types.is_string(leaf.type) or pa.types.is_large_string(leaf.type)


def _leaves(column: pa.ChunkedArray | pa.Array) -> Iterator[pa.Array]:
    """Yield the plain arrays of a column: the items of lists, the fields of structs."""
    for one in column.chunks if isinstance(column, pa.ChunkedArray) else [column]:
        kind = one.type
        if pa.types.is_dictionary(kind):
            yield from _leaves(one.dictionary)
        elif pa.types.is_map(kind):
            yield from _leaves(one.keys)
            yield from _leaves(one.items)
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
            yield from _leaves(one.flatten())
        elif pa.types.is_struct(kind):
            for part in one.flatten():
                yield from _leaves(part)
        else:
            yield one
