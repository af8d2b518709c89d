"""Orders of three customers, small enough to count by hand."""

import pytest

from bases import opened, orders
from tiercast.snapshots.activity import build_activity

ROWS = (
    ("a", "2024-01-01", 10.0),
    ("a", "2024-01-11", 20.0),
    ("a", "2024-02-20", 30.0),
    ("b", "2024-01-11", 40.0),
    ("b", "2024-02-05", -50.0),
    ("c", "2024-02-15", 5.0),
    ("c", "2024-02-15", 5.0),
    (None, "2024-02-15", 5.0),
)
SETTINGS = {"outlook": {"horizon_days": 20}, "train": {"snapshots": 2, "every_days": 10}}


@pytest.fixture
def counted(tmp_path):
    """Open a base (by default of `ROWS`) and answer what a function says of it and its journal."""

    def count(look, tables=None, **settings):
        tables = tables or {"transactions": orders(*ROWS)}
        with opened(tmp_path, tables, **(SETTINGS | settings)) as base:
            return look(base, build_activity(base.connection, base.tables, base.config))

    return count
