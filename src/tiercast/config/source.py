"""Where one table comes from, and how its values are written."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from tiercast.config.settings import Settings
from tiercast.config.text import Text

SqlName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Normalisation = Literal["trim", "lower"]


class SourceConfig(Settings):
    """Where one table comes from, and how its values are written.

    A place is one of: `path` (files of one kind); `connection` and `table` (a database); `files`
    and `query` (files by name, and one SELECT over them in DuckDB's SQL).

    `columns` maps canonical names to the source's own; a name that is not mapped is looked up
    as it is. `time_format` is needed where times are not ISO: a pattern such as `%d.%m.%Y %H:%M`,
    or `epoch_s`, `epoch_ms`, `epoch_us`, `excel` (days since 1899-12-30). `decimal` and
    `thousands` say how numbers are written where the values do not settle it (`1.234`).
    `amount_is: order` says that each line repeats the total of its order. `normalise` says what
    makes two spellings of an id one: `trim` (blanks at the ends), `lower` (upper and lower
    case); left out, ids are trimmed, and e-mail addresses lower-cased, too.

    `encoding` (`gb18030`, `windows-1252`, ...) says how text files are written where their bytes
    leave that open. `sheet` names a workbook's sheet, or several of the same columns by a pattern
    (`"Year *"`); without it the first that holds a table is read.
    """

    path: Text | None = None
    connection: Text | None = None
    table: Text | None = None
    files: dict[SqlName, Text] | None = Field(default=None, min_length=1)
    query: Text | None = None
    columns: dict[str, Text] = Field(default_factory=dict)
    time_format: Text | None = None
    decimal: Literal[".", ","] | None = None
    thousands: Literal[".", ",", " ", "'"] | None = None
    amount_is: Literal["line", "order"] | None = None
    normalise: tuple[Normalisation, ...] | None = None
    encoding: Text | None = None
    sheet: Text | None = None

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
