"""The columns of one file: a list's own, or those of a format, from the table of a scored day."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from tiercast.config.errors import InputError
from tiercast.config.export_formats import ExportFormat, Form, FormatColumn
from tiercast.config.lists import CustomerList
from tiercast.config.nearest import nearest
from tiercast.lists.base import ListBase
from tiercast.lists.columns import ListColumn, column_of, known_columns, standard_columns
from tiercast.lists.conditions import known_column

E164 = r"^\+[1-9][0-9]{5,14}$"


KEY, POSITION = "exported_customer_id", "exported_position"


@dataclass(frozen=True)
class FileColumn:
    """A column of a file: header, source and form, and what is known of the source."""

    header: str
    about: ListColumn
    map: FormatColumn


def file_columns(
    base: ListBase, wanted: CustomerList, form: ExportFormat, language: Literal["en", "zh"]
) -> tuple[FileColumn, ...]:
    """Return the columns of a file; those of a format that the day does not have are left out.

    Raises
    ------
    InputError
        A column that the format needs is missing, or one has values that are no text or number.
    """
    table, value = base.table, base.target.value
    if form.columns is None:
        names = wanted.columns or standard_columns(table)
        titles = ((name, column_of(table, name).titled(value, language)) for name in names)
        maps = [FormatColumn(header=title, column=name) for name, title in titles]
    else:
        _refuse_missing(table, form)
        maps = [one for one in form.columns if _is_there(table, one.column, form.name)]
    for one in maps:
        _refuse_nested(known_column(table, one.column, f"Format {form.name}"), one.column)
    return tuple(FileColumn(one.header, column_of(table, one.column), one) for one in maps)


def rows_to_write(
    selected: ir.Table, columns: Sequence[FileColumn], form: ExportFormat
) -> ir.Table:
    """Return the rows of a file, lazily: columns `c0`, `c1`, ..., the id and the position.

    Rows without a value that the format needs are left out.
    """
    values = {f"c{n}": formed(selected[c.map.column], c.map.form) for n, c in enumerate(columns)}
    position = ibis.row_number()
    rows = selected.select(**values, **{KEY: selected.customer_id, POSITION: position})
    required = [rows[f"c{n}"].notnull() for n, c in enumerate(columns) if c.map.required]
    one_of = [
        rows[f"c{n}"].notnull() for n, c in enumerate(columns) if c.map.column in form.needs_one_of
    ]
    if one_of:
        required.append(ibis.or_(*one_of))
    return rows.filter(*required) if required else rows


def missing_columns(form: ExportFormat, columns: Sequence[str]) -> list[str]:
    """Return what a format needs and columns lack; of several that will do, `one or other`."""
    needed = [one.column for one in form.columns or () if one.required]
    missing = [name for name in needed if name not in columns]
    if form.needs_one_of and not {*form.needs_one_of} & {*columns}:
        missing.append(" or ".join(form.needs_one_of))
    return missing


def _is_there(table: ir.Table, name: str, form: str) -> bool:
    """Return whether a table has a format's column; a name mistyped by a little is refused."""
    is_there = name in table.columns
    if not is_there and name not in known_columns() and nearest(name, table.columns):
        known_column(table, name, f"Format {form}")  # raises, with the nearest name
    return is_there


def _refuse_missing(table: ir.Table, form: ExportFormat) -> None:
    missing = missing_columns(form, table.columns)
    if missing:
        first = missing[0].partition(" or ")[0]
        raise InputError.of(
            "Format {form} needs the profile column {missing}, but the scored day has none; "
            "map it in the config, `sources: {{customers: {{columns: {{{first}: YOUR_COLUMN"
            "}}}}}}`, and score the day again.",
            form=form.name,
            missing=missing,
            first=first,
        )


def _refuse_nested(column: ir.Value, name: str) -> None:
    type_ = column.type()
    if type_.is_struct() or type_.is_map():
        raise InputError(
            f"The column `{name}` holds several values per customer ({type_}), which do not fit "
            "into a cell; leave it out."
        )


def formed(column: Any, form: Form) -> Any:
    """Return a column in a form; a text without anything in it is missing.

    Hashes are SHA-256 in lower-case hexadecimals: of e-mail addresses without blanks in lower
    case, of phone numbers in E.164 (`+491701234567`) or by its digits alone. A phone number
    without a country code has no hash.
    """
    if not column.type().is_string():
        return column if form == "plain" else FORMS[form](column.cast("string"))
    text = column.strip()
    return FORMS[form](ibis.ifelse(text == "", ibis.null("string"), column))


def _email(text: ir.StringValue) -> ir.StringValue:
    return text.lower().re_replace(r"\s", "")


def _e164(text: ir.StringValue) -> ir.StringValue:
    """Return phone numbers as E.164, null where the country code is missing."""
    digits = text.re_replace(r"[^0-9+]", "").re_replace("^00", "+")
    return ibis.ifelse(digits.re_search(E164), digits, ibis.null("string"))


def _phone(text: ir.StringValue) -> ir.StringValue:
    return ibis.coalesce(_e164(text), text)


def _hash(text: ir.StringValue) -> ir.StringValue:
    return text.hexdigest("sha256")


FORMS: Mapping[Form, Callable[[ir.StringValue], ir.StringValue]] = {
    "plain": lambda text: text,
    "phone": _phone,
    "email_sha256": lambda text: _hash(_email(text)),
    "phone_sha256": lambda text: _hash(_e164(text)),
    "phone_digits_sha256": lambda text: _hash(_e164(text).substr(1)),
}
