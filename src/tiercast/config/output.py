"""Where results are written and for how long they stay, and where customer-days are stored."""

import re
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from tiercast.config.settings import Settings
from tiercast.config.text import Text

POSTGRESQL, DUCKDB_FILE = "postgresql://", "duckdb://"
DATABASES = (POSTGRESQL, DUCKDB_FILE)
# URLs that files cannot be written to.
NO_STORES = ("sample", "http", "https", "postgresql", "duckdb")
REMOTE_PATH = re.compile(r"[a-z][a-z0-9+]+://")


def _known_database(url: str) -> str:
    if not url.startswith(DATABASES):
        known = " or ".join(DATABASES)
        scheme = url.partition(":")[0]  # the rest may hold a password
        raise ValueError(f"connection must begin with {known}, but got {scheme}:...")
    return url


def _writable_store(url: str) -> str:
    scheme = url.partition("://")[0]  # the rest may hold a password
    if not REMOTE_PATH.match(url) or scheme in NO_STORES:
        raise ValueError(
            "output.url must name a folder of an object store, as s3://BUCKET/FOLDER, gs://, "
            f"abfs:// or file:///FOLDER do, but got {scheme}:...; a folder here is output.path, a "
            "database output.connection"
        )
    return url.rstrip("/")


class OutputConfig(Settings):
    """Where results are written: a folder and, where they are given, other places too."""

    model_config = ConfigDict(serialize_by_alias=True)

    path: Text
    """Folder of this machine for all results. Default: `runs/<name>`."""
    connection: Annotated[Text, AfterValidator(_known_database)] | None = Field(
        default=None, repr=False
    )
    """A database that gets the results too: `postgresql://...` or `duckdb://FILE`."""
    url: Annotated[Text, AfterValidator(_writable_store)] | None = Field(default=None, repr=False)
    """A folder of an object store that gets the results too, such as `s3://BUCKET/FOLDER`."""
    # Lower case, so that SQL needs no quotes; pydantic itself uses the name `schema`.
    schema_name: str = Field(default="tiercast", alias="schema", pattern=r"^[a-z][a-z0-9_]{0,62}$")
    """The schema of the database's tables; each customer base needs its own."""

    @field_validator("path")
    @classmethod
    def _on_this_machine(cls, path: str) -> str:
        if REMOTE_PATH.match(path):
            raise ValueError(
                "output.path must be a folder on this machine, where the work is done; name the "
                f"other place as output.url, and results go there too, whole, but got {path}"
            )
        return path


class FeatureStoreConfig(Settings):
    """A folder that keeps order lines reduced to customer-days: later runs read only new lines.

    Where stored lines change later, a run says so and reads all lines.
    """

    path: Text
    """Folder of the store."""
    late_days: int = Field(default=14, ge=0)
    """A day is stored once it lies this many days before the newest order."""

    @field_validator("path")
    @classmethod
    def _on_this_machine(cls, path: str) -> str:
        if REMOTE_PATH.match(path):
            raise ValueError(
                f"feature_store.path must be a folder on this machine, but got {path}"
            )
        return path


class RetentionConfig(Settings):
    """Days that results are stored, counted back from the newest scored day. Left out: for ever.

    Nothing is removed before `tiercast forget CONFIG --expired` is run.
    """

    scores: int | None = Field(default=None, ge=1)
    """Scores, their features, alerts and migrations; at least the longest horizon."""
    exports: int | None = Field(default=None, ge=1)
    """Exported lists and the records of who was on them."""
    reports: int | None = Field(default=None, ge=1)
    """Reports."""
    quarantine: int | None = Field(default=None, ge=1)
    """The rows that `check` excluded, counted from the last day of their data."""
