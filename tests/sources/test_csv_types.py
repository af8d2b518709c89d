"""What the first lines of a CSV file show is taken only where it is true of all lines."""

import tempfile
from pathlib import Path

import duckdb
import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiercast.sources.csv_text import PlainCsv
from tiercast.sources.csv_types import WHOLE, Sniffer

OPTIONS = {"delim": ",", "header": True, "skip": 0, "comment": ""}
CELLS = ("", "1", "-7", "007", "1.5", "1.", "1e3", "true", "F", " 1", "+1", "1_0", "12" * 10)
CELLS += ("x", "O'Brien", '"a,b"', '"a""b"', '"a\\"', "'ab'", 'b"c', "back\\slash")
FIRST = 2048  # lines; the sniffer reads no fewer


@pytest.fixture(scope="module")
def connection():
    engine = ibis.duckdb.connect()
    yield engine
    engine.disconnect()


def looked_at(sniffer, file, lines):
    """Return what the sniffer finds in a file's first lines; None if it gives up."""
    try:
        return sniffer.look_at(file, lines)
    except duckdb.Error:
        return None


def sniffs(connection, lines):
    """Return what the first lines show, whether it holds, and what all lines show."""
    sniffer = Sniffer(connection, OPTIONS, {"key"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.csv"
        path.write_text("\n".join(["key,value,note", *lines, ""]))
        file = PlainCsv(path, "lines.csv", ",", ("key", "value", "note"))
        first = looked_at(sniffer, file, FIRST)
        is_true = first and sniffer.holds(file, first, FIRST)
        return first, is_true, looked_at(sniffer, file, WHOLE)


@pytest.mark.parametrize(
    ("first", "later", "is_true"),
    [
        ("k,1,x", "k,2,y", True),
        ("k,1.5,x", "k,2,", True),
        ("k,true,", "k,false,", True),
        ('k,1,"a,b"', 'k,2,"a""b"', True),
        ("k,1,x", "k,1.5,y", False),
        ("k,1,x", "k,one,y", False),
        ("k,1,x", "k,007,y", False),
        ("k,1,", "k,2,y", False),
        ("k,1,x", 'k,2,"a,b"', False),
        ('k,1,"x"', 'k,2,"a\\"', False),
    ],
)
def test_first_lines_speak_for_all_only_where_all_are_alike(connection, first, later, is_true):
    _, found, _ = sniffs(connection, [*[first] * FIRST, later])
    assert found == is_true


@settings(max_examples=200, deadline=None)
@given(
    first=st.lists(st.tuples(*[st.sampled_from(CELLS)] * 2), min_size=1, max_size=2),
    later=st.lists(st.tuples(*[st.sampled_from(CELLS)] * 2), max_size=3),
)
def test_what_holds_is_what_the_sniffer_finds_in_the_whole_file(connection, first, later):
    rows = [*(first * FIRST)[:FIRST], *later]
    shown, is_true, whole = sniffs(connection, [f"k,{a},{b}" for a, b in rows])
    assert shown == whole or not is_true
