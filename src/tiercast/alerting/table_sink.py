"""Alerts in the database of the output: the day's rows are replaced in one transaction.

`tiercast score` puts them there with its scores; this is for a database that missed them.
"""

from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tiercast.alerting.alert import RaisedAlerts
from tiercast.alerting.delivery import Delivery
from tiercast.config.schema import Config
from tiercast.sinks.database import open_database
from tiercast.sinks.layout import listed, make_scores
from tiercast.sinks.session import STAGING
from tiercast.sinks.tables import ALERTS


def write_table(sink: str, raised: RaisedAlerts, config: Config) -> Delivery:
    """Put the day's alerts in the place of those in the table.

    Raises
    ------
    OutputError
        The database cannot be reached or refuses: its rows are unchanged.
    """
    database = open_database(config)
    assert database is not None  # `deliver` refuses a table without a database
    files, columns = raised.parts, [name for name in ALERTS.columns if name != "alert"]
    with database.output_errors("has no alerts"), closing(database.server.session()) as session:
        scores = make_scores(session, database.schema, _schema(files[0]))
        session.commit()  # what making tables locks is free at once
        session.lock(f"{database.schema} {raised.as_of}")
        session.stage(files, scores)
        table = session.table(database.schema, ALERTS.name)
        session.run(f"DELETE FROM {table} WHERE as_of = $1", [raised.as_of])
        session.run(
            f"INSERT INTO {table} ({listed([*columns, 'alert'])}) "
            f"SELECT {listed(columns)}, unnest(alerts) FROM {STAGING}"
        )
        count = session.fetch(f"SELECT count(*) FROM {table} WHERE as_of = $1", [raised.as_of])
        session.commit()
    return Delivery(sink, int(str(count[0][0])))


def _schema(part: Path) -> pa.Schema:
    """Return the schema of the scores, without the names that parquet gives to list items."""
    fields = [
        field.with_type(pa.list_(field.type.value_type)) if pa.types.is_list(field.type) else field
        for field in pq.read_schema(part)
    ]
    return pa.schema(fields)
