"""Lists of customers to act on, as rows of data: a filter, an order, columns, words."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import ErrorDetails

from tiercast.config.alerts import NAME, Condition
from tiercast.config.errors import ConfigError
from tiercast.config.nearest import hint
from tiercast.config.packaged import packaged_yaml
from tiercast.config.rule_text import own, problem
from tiercast.config.settings import Settings
from tiercast.config.yaml_text import BadText, read_yaml

COLUMN = r"^[A-Za-z_]\w*$"


class NamedRow(Settings):
    """A row with a name of its own."""

    name: str = Field(pattern=NAME)
    """Its name: small letters, digits and underscores."""


Row = TypeVar("Row", bound=NamedRow)


class InLanguages(Settings):
    """A text in each language of people who read results; a file may give one text for all."""

    en: str = Field(min_length=1)
    """In English."""
    zh: str = Field(min_length=1)
    """In Chinese."""

    @model_validator(mode="before")
    @classmethod
    def _one_text_for_all(cls, given: object) -> object:
        return {"en": given, "zh": given} if isinstance(given, str) else given

    def in_language(self, language: Literal["en", "zh"]) -> str:
        """Return the text in a language.

        Examples
        --------
        >>> InLanguages(en="Win back", zh="挽回").in_language("zh")
        '挽回'
        """
        return self.zh if language == "zh" else self.en

    def __str__(self) -> str:
        return self.en


class ListOrder(Settings):
    """A column that customers of a list are ordered by; missing values come last."""

    column: str = Field(pattern=COLUMN)
    """A column of the scores, the features or the profile."""
    direction: Literal["descending", "ascending"] = "descending"
    """`descending` (largest first) or `ascending`."""


class CustomerList(NamedRow):
    """A list: its name and words, whom it holds, in which order, and which columns it shows."""

    title: InLanguages
    """Its title."""
    explanation: InLanguages
    """Whom it holds and why, in one or two sentences."""
    when: tuple[Condition, ...] = ()
    """Conditions; all must hold. None: every customer."""
    order: tuple[ListOrder, ...] = Field(min_length=1)
    """Columns to order by, the most important first."""
    columns: tuple[str, ...] | None = None
    """Columns that it shows. Default: the standard ones (see docs/lists.md)."""

    @model_validator(mode="after")
    def _columns_once(self) -> Self:
        given = self.columns or ()
        twice = sorted({name for name in given if given.count(name) > 1})
        if twice or self.columns == ():
            raise ValueError(f"a list shows each column once, and at least one, but got {twice}")
        return self

    @property
    def needs(self) -> set[str]:
        """The columns that it filters and orders by."""
        return {condition.column for condition in self.when} | {key.column for key in self.order}


def lists_of(file: str | None, packaged: str = "lists.yaml") -> Mapping[str, CustomerList]:
    """Return the lists by name: those of the package, then those of a file.

    A list of the file replaces one of the package that has its name.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, or breaks a rule.
    """
    return by_name(default_lists(packaged), CustomerList, file, "lists")


def by_name(
    defaults: tuple[Row, ...], kind: type[Row], file: str | None, key: str
) -> Mapping[str, Row]:
    """Return the package's rows by name, then those of a file, which replace equal names.

    Raises
    ------
    ConfigError
        As `rows_of_file`.
    """
    own = () if file is None else rows_of_file(file, kind, key)
    return {row.name: row for row in (*defaults, *own)}


def find_row(rows: Mapping[str, Row], name: str, what: str) -> Row:
    """Return the row of a name.

    Raises
    ------
    ConfigError
        There is none; the message names the nearest one.
    """
    if name not in rows:
        there = "There is no {what!t} `{name}`; {hint}"
        raise ConfigError.of(there, what=what, name=name, hint=hint(name, rows))
    return rows[name]


@cache
def default_lists(file: str = "lists.yaml") -> tuple[CustomerList, ...]:
    """Return the lists that come with the package, those of orders by default."""
    return packaged_rows(file, CustomerList)


def packaged_rows(name: str, kind: type[Row]) -> tuple[Row, ...]:
    """Return the rows of a YAML file beside this module."""
    return _checked(packaged_yaml("tiercast.config", name), kind)


def rows_of_file(file: str, kind: type[Row], key: str) -> tuple[Row, ...]:
    """Return the rows of a user's YAML file; `key` is the config's key that names it.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, breaks a rule, or names a row twice.
    """
    given = _read(file, key)
    if not isinstance(given, list):
        raise ConfigError(
            f"{file} (`{key}`): must be a list of rows, each `- name: ...`, but got {given!r}."
        )
    try:
        rows = _checked(given, kind)
    except ValidationError as error:
        lines = [f"{file}: {_problem(one, given, kind)}" for one in own(error.errors())]
        raise ConfigError("\n".join(lines)) from None
    names = [row.name for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"{file}: rows must have names of their own, but got {twice} twice.")
    return rows


def _checked(given: object, kind: type[Row]) -> tuple[Row, ...]:
    return TypeAdapter[tuple[Row, ...]](tuple[kind, ...]).validate_python(given)  # type: ignore[valid-type]  # a type known at run time only


def _read(file: str, key: str) -> object:
    try:
        return read_yaml(Path(file).read_text(encoding="utf-8"))
    except BadText as error:
        raise ConfigError(f"{file}: {error}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{file} cannot be read ({error}); the config's key `{key}` must name a YAML file "
            "relative to the working directory."
        ) from None


def _problem(detail: ErrorDetails, given: list[object], kind: type[NamedRow]) -> str:
    """Return an error of a row, which is called by its name, or by its place where it has none."""
    place, *loc = detail["loc"]
    row = given[int(place)]
    name = row.get("name") if isinstance(row, dict) else None
    own_text = problem({**detail, "loc": tuple(loc)}, kind, "row")
    return f"row {int(place) + 1}{f' ({name})' if name else ''}: {own_text}"
