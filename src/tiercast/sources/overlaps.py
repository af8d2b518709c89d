"""Lines that stand in two files of a source, one of which has a column more.

They differ in that column, so that no rule on repeated lines finds them.
"""

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from tiercast.sources.file_notes import READ, FileNote
from tiercast.sources.hashes import row_hash

HANDLING = "lines equal in all columns but those that only some files have, all of them counted"
REMEDY = "if they were exported twice, export all files with the same columns"


def overlap_notes(rows: ir.Table, partial: Collection[str], source: str) -> tuple[FileNote, ...]:
    """Return a note on lines that stand in files with different columns.

    `partial` has the columns that only some files have, in lower case. Of lines that are equal in
    all others, those are counted that have values in other ones of these columns than most.
    """
    others = [name for name in rows.columns if name.casefold() in partial]
    if not others:
        return ()
    shared = [name for name in rows.columns if name not in others]
    known = ibis.struct({name: rows[name].notnull() for name in others}).hash()
    lines = rows.select(line=row_hash(rows, shared), known=known)
    kinds = lines.group_by("line", "known").agg(rows=lines.count())
    alike = kinds.group_by("line").agg(twice=kinds.rows.sum() - kinds.rows.max())
    twice = int(alike.twice.sum().execute() or 0)
    return (FileNote(source, "overlap", twice, READ, HANDLING, REMEDY),) if twice else ()
