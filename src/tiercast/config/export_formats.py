"""Formats of exported lists, as rows of data: the kind of file and a map of columns."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, Self

from pydantic import Field, model_validator

from tiercast.config.lists import COLUMN, InLanguages, NamedRow, by_name, packaged_rows
from tiercast.config.settings import Settings

Form = Literal["plain", "phone", "email_sha256", "phone_sha256", "phone_digits_sha256"]


class FormatColumn(Settings):
    """A column of a file: its header, whence its values come, and how they are written."""

    header: str = Field(min_length=1)
    """The header in the file."""
    column: str = Field(pattern=COLUMN)
    """A column of the scores, the features or the profile."""
    form: Form = "plain"
    """How values are written: as they are, a phone number with its country code, or hashed."""
    required: bool = False
    """Whether a row needs a value."""


class ExportFormat(NamedRow):
    """A format: its name and words, the kind of file, and its columns."""

    title: InLanguages
    """Its title."""
    explanation: InLanguages
    """What reads such a file."""
    file: Literal["csv", "xlsx"]
    """The kind of file."""
    bom: bool = False
    """Whether a CSV file begins with the mark by which Excel recognises UTF-8."""
    explained: bool = False
    """Whether a second sheet explains the columns."""
    needs_one_of: tuple[str, ...] = ()
    """Columns of the profile of which a row needs at least one."""
    columns: tuple[FormatColumn, ...] | None = Field(default=None, min_length=1)
    """Columns of the file. Default: those of the list, with their titles."""

    @model_validator(mode="after")
    def _needs_what_it_writes(self) -> Self:
        known = [one.column for one in self.columns or ()]
        missing = sorted({*self.needs_one_of} - {*known})
        if missing:
            raise ValueError(f"`needs_one_of` names columns of the format, but got {missing}")
        return self


def formats_of(file: str | None) -> Mapping[str, ExportFormat]:
    """Return the formats by name: those of the package, then those of a file.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, or breaks a rule.
    """
    return by_name(default_formats(), ExportFormat, file, "export_formats")


@cache
def default_formats() -> tuple[ExportFormat, ...]:
    """Return the formats of `export_formats.yaml`, which come with the package."""
    return packaged_rows("export_formats.yaml", ExportFormat)
