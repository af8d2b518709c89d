from pathlib import Path

import pandas as pd

from tiercast.sources.workspace import workspace


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


def test_memory_is_bounded():
    with workspace() as connection:
        [(limit,)] = connection.raw_sql("select current_setting('memory_limit')").fetchall()
    assert limit == "3.7 GiB"  # 4 GB
