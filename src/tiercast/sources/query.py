"""One SELECT over a source's named files, checked before it runs in a closed workspace.

DuckDB's own parser reads the statement, so the checked statement is the one that runs. It may
name the declared files, its own subqueries and functions of rows. It reaches no other file, no
setting and no network, and no function with another result at the next run.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from tiercast.contract.errors import DataContractError
from tiercast.contract.tables import TableSpec
from tiercast.sources.csv_tables import whole_numbers

RESULT = "query_result"
PLACES = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST"})
ROW_MAKERS = frozenset({"unnest", "range", "generate_series"})
# The result differs at the next run, or depends on the machine rather than on the files.
CHANGING = """
    random setseed uuid gen_random_uuid uuidv4 uuidv7 now today current_date current_time
    current_timestamp current_localtime current_localtimestamp get_current_time
    get_current_timestamp transaction_timestamp localtime localtimestamp nextval currval getenv
    current_setting getvariable current_user current_database current_schema current_schemas
    current_catalog current_query txid_current write_log
"""
REFUSED_FUNCTIONS = frozenset(CHANGING.split())

Node = Mapping[str, Any]


def check_query(query: str, names: Collection[str], origin: str) -> None:
    """Refuse a query that is not one SELECT over exactly the declared names.

    Raises
    ------
    DataContractError
        The query is another statement, reads another place, or does not read a declared file.
    """
    node = _parsed(query, origin)
    declared = {name.lower() for name in names}
    known = declared | {_lower(cte["key"]) for cte in _ctes(node)}
    for place in _walk(node):
        if reason := _refusal(place, known, sorted(names)):
            raise DataContractError(f"{origin}: `query` {reason}.")
    read = {_lower(place["table_name"]) for place in _walk(node) if _is_table(place)}
    if unread := sorted(name for name in names if name.lower() not in read):
        raise DataContractError(
            f"{origin}: `query` does not read `{unread[0]}`; take it out of `files`, or name it "
            "in the query."
        )


def written_names(query: str, spec: TableSpec, columns: Mapping[str, str]) -> set[str]:
    """Return the columns of files that a query must read exactly as they are written.

    Ids, keys and texts are computed from them, through aliases and subqueries, or joined to them.
    """
    node = _parsed(query, "query")
    wanted = {
        _lower(str(columns.get(column.name, column.name)))
        for column in spec.columns
        if column.kind in ("id", "key", "text")
    }
    while more := set(_made_of(node, wanted)) - wanted:
        wanted |= more
    return wanted


def run_query(connection: Backend, query: str, files: Sequence[str], origin: str) -> ir.Table:
    """Return a query's rows, lazily; after the call the connection reads only `files`.

    Raises
    ------
    DataContractError
        The query names a column or function that is not there.
    """
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    connection.raw_sql(f"SET allowed_paths = [{listed}]")
    connection.raw_sql("SET enable_external_access = false")
    connection.raw_sql("SET lock_configuration = true")
    try:
        connection.raw_sql(f"CREATE TEMP VIEW {RESULT} AS {query.strip().rstrip(';')}")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0].rstrip(".!")
        raise DataContractError(f"{origin}: `query` fails: {reason}; mend it.") from error
    return connection.table(RESULT)


def with_whole_ids(table: ir.Table, spec: TableSpec, columns: Mapping[str, str]) -> ir.Table:
    """Return the rows with ids and keys as integers, if every text equals its integer."""
    own = {str(columns.get(c.name, c.name)) for c in spec.columns if c.kind in ("id", "key")}
    texts = sorted(name for name in own & set(table.columns) if table[name].type().is_string())
    whole = whole_numbers(table, texts)
    return table.mutate(**{name: table[name].cast("int64") for name in whole})


def _parsed(query: str, origin: str) -> Node:
    """Return the tree of the one SELECT, as DuckDB's parser reads it."""
    with duckdb.connect() as parser:
        (text,) = parser.execute("SELECT json_serialize_sql(?)", [query]).fetchall()[0]
    parsed = json.loads(text)
    if parsed["error"] and parsed["error_type"] == "not implemented":
        raise DataContractError(
            f"{origin}: `query` must be one SELECT, but it is another statement; rows are read, "
            "nothing is written or set."
        )
    if parsed["error"]:
        reason = str(parsed["error_message"]).splitlines()[0].rstrip(".!")
        raise DataContractError(f"{origin}: `query` cannot be read as SQL: {reason}; mend it.")
    if len(parsed["statements"]) != 1:
        raise DataContractError(
            f"{origin}: `query` must be one SELECT, but it holds {len(parsed['statements'])} "
            "statements; keep one."
        )
    node: Node = parsed["statements"][0]["node"]
    return node


def _walk(node: object) -> Iterator[Node]:
    """Return every object in a tree, the outer ones first."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _walk(child)
    elif isinstance(node, list):
        for child in node:
            yield from _walk(child)


def _ctes(node: Node) -> Iterator[Node]:
    return (entry for place in _walk(node) for entry in place.get("cte_map", {}).get("map", []))


def _is_table(place: Node) -> bool:
    return place.get("type") == "BASE_TABLE"


def _refusal(place: Node, known: Collection[str], names: Sequence[str]) -> str | None:
    """Return the reason why a part of the tree is not allowed; None if it is allowed."""
    called = _lower(place.get("function_name", "")) or _lone_column(place)
    if called in REFUSED_FUNCTIONS:
        return f"calls {called}, whose answer is not in the files; leave it out"
    if place.get("sample"):
        return "takes a sample, which is another one at the next run; leave it out"
    if _is_table(place):
        name = ".".join(filter(None, (place["catalog_name"], place["schema_name"])))
        if name or _lower(place["table_name"]) not in known:
            shown = ".".join(filter(None, (name, place["table_name"])))
            return f"reads `{shown}`, but `files` names {', '.join(names)}; name it there"
    if place.get("type") == "TABLE_FUNCTION":
        called = _lower(place["function"]["function_name"])
        return None if called in ROW_MAKERS else f"reads from {called}(); name files in `files`"
    if "from_table" in place and place["from_table"]["type"] not in (*PLACES, "TABLE_FUNCTION"):
        return f"reads from {place['from_table']['type'].lower()}; read the files that are named"
    return None


def _lone_column(place: Node) -> str:
    """Return a column named without its table: `current_date` is parsed as one."""
    names = place.get("column_names", [])
    return _lower(names[0]) if len(names) == 1 else ""


def _made_of(node: Node, wanted: Collection[str]) -> Iterator[str]:
    """Yield the columns that `wanted` ones are computed from, or joined to."""
    for place in _walk(node):
        for item in place.get("select_list", []):
            if _output_name(item) in wanted:
                yield from _columns(item)
        yield from (_lower(name) for name in place.get("using_columns", []))
        if place.get("type") == "COMPARE_EQUAL":
            both = [_column(place[side]) for side in ("left", "right")]
            if all(both):
                yield from (name for name in both if name)


def _output_name(item: Node) -> str:
    return _lower(item["alias"]) or _column(item) or ""


def _columns(node: Node) -> Iterator[str]:
    return (name for place in _walk(node) if (name := _column(place)))


def _column(node: Node) -> str | None:
    return _lower(node["column_names"][-1]) if node.get("class") == "COLUMN_REF" else None


def _lower(name: str) -> str:
    return name.lower()
