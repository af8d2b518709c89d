"""Open a source as jobs do, and what the files' notes say."""

import pytest

from tiercast.config.schema import SourceConfig
from tiercast.contract.errors import DataContractError
from tiercast.sources.readers import open_source
from tiercast.sources.workspace import workspace


def rows_of(path, **source):
    """Return the rows as dictionaries, sorted by their text, and the notes by rule."""
    with workspace() as connection:
        opened = open_source(connection, SourceConfig(path=str(path), **source))
        rows = sorted(opened.rows.to_pyarrow().to_pylist(), key=str)
        return rows, {note.rule: note for note in opened.notes}


def refused(path, **source):
    with pytest.raises(DataContractError) as caught:
        rows_of(path, **source)
    assert "\n" not in str(caught.value)
    return str(caught.value)
