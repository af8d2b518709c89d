import os
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from full_disk import files_up_to
from tiercast.config.errors import OutputError
from tiercast.sources.workspace import allow_panel, workspace


def test_a_workspace_lies_on_disk_and_is_gone_afterwards():
    with workspace() as connection:
        connection.create_table("numbers", pd.DataFrame({"n": [1, 2]}))
        [(file,)] = connection.raw_sql(
            "select path from duckdb_databases() where database_name = 'workspace'"
        ).fetchall()
        assert Path(file).is_file()
    assert not Path(file).parent.exists()


def test_two_workspaces_do_not_meet():
    with workspace() as one, workspace() as other:
        one.create_table("numbers", pd.DataFrame({"n": [1]}))
        assert other.list_tables() == []


def test_memory_and_threads_are_bounded():
    with workspace() as connection:
        [(limit, threads)] = connection.raw_sql(
            "select current_setting('memory_limit'), current_setting('threads')"
        ).fetchall()
    assert limit == "488.2 MiB"  # 512 MB
    assert 1 <= threads <= 4


def test_a_panel_may_take_a_quarter_of_the_machine_s_memory():
    with workspace() as connection:
        allow_panel(connection)
        asked = "select value from duckdb_settings() where name = 'memory_limit'"
        [(limit,)] = connection.raw_sql(asked).fetchall()
    unit = {"MiB": 2**20, "GiB": 2**30}[limit.split()[1]]
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert float(limit.split()[0]) * unit == pytest.approx(max(machine / 4, 2**30), rel=0.05)


def test_a_table_larger_than_memory_is_sorted_on_disk():
    with workspace() as connection:
        connection.raw_sql("set memory_limit = '64MB'")
        connection.raw_sql("set threads = 1")
        connection.raw_sql("create table numbers as select hash(range) as n from range(20000000)")
        [(first, last)] = connection.raw_sql(
            "select first(n), last(n) from (select n from numbers order by n)"
        ).fetchall()
        [(least, most)] = connection.raw_sql("select min(n), max(n) from numbers").fetchall()
    assert (first, last) == (least, most)


def run(*statements):
    with workspace() as connection:
        for statement in statements:
            connection.raw_sql(statement)


def test_a_scratch_folder_without_room_for_a_table_is_reported():
    table = "create table numbers as select hash(range) from range(2000000)"
    message = r"scratch folder in .* File too large; set TMPDIR to"
    with files_up_to(1_000_000), pytest.raises(OutputError, match=message):
        run(table)


def test_a_scratch_folder_without_room_to_spill_is_reported():
    little = ("set memory_limit = '64MB'", "set max_temp_directory_size = '11MB'")
    group = "select max(n) from (select hash(range) n, count(*) from range(5000000) group by 1)"
    message = r"could not hold the job .* used\); set TMPDIR to a folder with more room"
    with pytest.raises(OutputError, match=message):
        run(*little, group)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (duckdb.OutOfMemoryException("Out of Memory Error: 512 MB used"), "free some, then run"),
        (duckdb.IOException('IO Error: Could not write file "/store/a": full'), "mend the file"),
    ],
)
def test_memory_and_other_disks_are_not_called_the_scratch_folder(error, remedy):
    with pytest.raises(OutputError, match=remedy) as caught, workspace():
        raise error
    assert "TMPDIR" not in str(caught.value)


def test_an_error_of_a_query_is_no_trouble_of_a_disk():
    with pytest.raises(duckdb.BinderException), workspace() as connection:
        connection.raw_sql("select nothing")
