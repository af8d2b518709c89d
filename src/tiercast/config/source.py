"""Where one table comes from, and how its values are written."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from tiercast.config.settings import Settings
from tiercast.config.text import Text

SqlName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Normalisation = Literal["trim", "lower", "whole"]


class SourceConfig(Settings):
    """Where one table comes from, and how its values are written.

    A place is one of: `path` (files of one kind); `connection` and `table` (a database); `files`
    and `query` (files by name, and one SELECT over them).
    """

    path: Text | None = None
    """Files of one kind: a name, a pattern (`orders/*.parquet`), a URL of an object store, or
    `sample://cdnow/transactions.parquet`.
    """
    connection: Text | None = None
    """Address of a database, such as `postgresql://...`; goes with `table`."""
    table: Text | None = None
    """The table or view to read from the database."""
    files: dict[SqlName, Text] | None = Field(default=None, min_length=1)
    """Files by name, for the `query`."""
    query: Text | None = None
    """One SELECT over the named `files`, in DuckDB's SQL."""
    columns: dict[str, Text] = Field(default_factory=dict)
    """Canonical column names and the source's own names for them."""
    time_format: Text | None = None
    """How times are written if they are not ISO: a strptime pattern such as `%d.%m.%Y %H:%M`,
    or `epoch_s`, `epoch_ms`, `epoch_us`, `excel` (days since 1899-12-30).
    """
    decimal: Literal[".", ","] | None = None
    """The decimal separator, where the values leave it open (`1.234`)."""
    thousands: Literal[".", ",", " ", "'"] | None = None
    """The thousands separator, where the values leave it open."""
    amount_is: Literal["line", "order"] | None = None
    """Whether an amount belongs to its line, or is the total of its order on each line."""
    normalise: tuple[Normalisation, ...] | None = None
    """How spellings of one customer's id are unified: `trim` (blanks at the ends), `lower`
    (case), `whole` (`12.0` is 12). Default: trim, and lower for e-mail addresses.
    """
    encoding: Text | None = None
    """Encoding of text files, such as `gb18030`, where the bytes leave it open."""
    sheet: Text | None = None
    """A workbook's sheet, or a pattern for several of the same columns. Default: the first that
    holds a table.
    """

    outcomes: tuple[Text, ...] = ()
    """Of `contacts`: columns with what a customer did after a contact, such as
    `[visit, conversion, spend]`; numbers, which `tiercast experiment measure` compares by arm.
    """

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                "".encode(encoding)
            except LookupError:
                raise ValueError(
                    f"encoding must be one that Python knows, such as utf-8, gb18030 or "
                    f"windows-1252, but got {encoding!r}"
                ) from None
        return encoding

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        places = [self.path, self.connection, self.files]
        if sum(place is not None for place in places) != 1:
            raise ValueError(
                "a source needs one place: `path`, or `connection` with `table`, or `files` with "
                "a `query`"
            )
        if self.connection is not None and self.table is None:
            raise ValueError("a source with a `connection` needs the `table` to read")
        if (self.files is None) != (self.query is None):
            raise ValueError(
                "`files` and `query` go together: a `query` is one SELECT over named `files`"
            )
        return self

    @model_validator(mode="after")
    def _two_signs(self) -> Self:
        if self.decimal is not None and self.decimal == self.thousands:
            raise ValueError(
                f"`decimal` and `thousands` must differ, but both are {self.decimal!r}"
            )
        return self
