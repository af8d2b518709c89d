"""The rows of the table `ledger`: the grades of scorings, in the place of those of their days."""

from collections.abc import Sequence
from pathlib import Path

from tiercast.sinks.layout import listed
from tiercast.sinks.session import STAGING, Session
from tiercast.sinks.tables import LEDGER


def replace_grades(session: Session, schema: str, files: Sequence[Path]) -> None:
    """Put the grades in parquet files in the place of those of the same days; commits nothing.

    Another session that does the same waits for this one's end.
    """
    session.lock(f"{schema} {LEDGER.name}")
    session.stage(files, LEDGER)
    days = f"(SELECT DISTINCT as_of FROM {STAGING})"
    target, columns = session.table(schema, LEDGER.name), listed(LEDGER.columns)
    session.run(f"DELETE FROM {target} WHERE as_of IN {days}")
    session.run(f"INSERT INTO {target} ({columns}) SELECT {columns} FROM {STAGING}")
    session.run(f"DROP TABLE {STAGING}")
