"""CSV files as text: the separator their header shows, and why a file cannot be read.

Nothing is left to a reader that guesses: one that looks for the rows that fit best passes over the
others in silence.
"""

import codecs
import csv
import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tiercast.contract.errors import DataContractError

SEPARATORS = ",;\t|"
WIDE_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF8_REMEDY = "save it as UTF-8 (for example `iconv -f latin1 -t utf-8`)"
LONGEST_HEADER = 1_000_000  # bytes; a file of one long line is no table


def separator(files: Sequence[Path]) -> str:
    r"""Answer the separator of files' headers: of `,`, `;`, tab, `|` the one with most columns.

    Raises
    ------
    DataContractError
        A file is not text in UTF-8, or the files have more than one separator.
    """
    found = {_separator(header(file)): file for file in reversed(files)}
    if len(found) > 1:
        shown = " and ".join(f"{sign!r} in {file}" for sign, file in found.items())
        raise DataContractError(
            f"A source has one separator, but columns are parted by {shown}; split the source or "
            "write its files alike."
        )
    return next(iter(found))


def header(file: Path) -> str:
    """Answer a file's first line that is not blank; empty where there is none.

    Raises
    ------
    DataContractError
        The file is not text in UTF-8.
    """
    _refuse_wide(file)
    with _refused(file), _opened(file) as handle:
        text = handle.read(LONGEST_HEADER)
    if "\0" in text.partition("\n")[0]:
        raise DataContractError(f"{file}: cannot be read: it is no text; export it again as CSV.")
    return next((line for line in text.splitlines() if line.strip()), "")


def names(line: str) -> list[str]:
    """Answer the columns that a header names.

    Examples
    --------
    >>> names('customer_id;"ordered; at"')
    ['customer_id', 'ordered; at']
    """
    return _fields(line, _separator(line))


def trouble(file: Path, sign: str) -> str | None:
    """Answer why a file is no table, and what to do; None where all lines are as the header."""
    open_quote = _open_quote(file, sign)
    with _refused(file), _opened(file) as handle:
        lines = csv.reader(handle, delimiter=sign)
        wanted, begin = 0, 1
        try:
            for row in lines:
                wanted = wanted or len(row)
                if row and len(row) != wanted and not (len(row) == wanted + 1 and not row[-1]):
                    if begin == open_quote:
                        break
                    return _ragged(lines.line_num, len(row), wanted, sign)
                begin = lines.line_num + 1
        except csv.Error as error:
            return f"line {lines.line_num + 1}: {error}; mend the line"
    return None if open_quote is None else _unquoted(open_quote)


def _open_quote(file: Path, sign: str) -> int | None:
    """Answer the line of the first row in which a quote isn't closed, or before the field ends."""
    with _refused(file), _opened(file) as handle:
        lines = csv.reader(handle, delimiter=sign, strict=True)
        begin = 1
        try:
            for _row in lines:
                begin = lines.line_num + 1
        except csv.Error:
            return begin
    return None


def _unquoted(line: int) -> str:
    return (
        f"line {line}: a quote opens a field and does not close it; close it, or double quotes "
        "that belong to a quoted field"
    )


def _ragged(line: int, fields: int, wanted: int, sign: str) -> str:
    return (
        f"line {line} has {fields} fields, but the header has {wanted} (parted by {sign!r}); mend "
        "the line, put fields that hold the separator in quotes, take out lines that are no rows"
    )


def _separator(line: str) -> str:
    return max(SEPARATORS, key=lambda sign: len(_fields(line, sign)))


def _fields(line: str, sign: str) -> list[str]:
    return next(csv.reader([line], delimiter=sign), []) if len(line) < LONGEST_HEADER else [line]


def _refuse_wide(file: Path) -> None:
    with file.open("rb") as handle:
        mark = handle.read(4)
    if mark.startswith(WIDE_MARKS):
        raise DataContractError(
            f"{file}: cannot be read: it is in UTF-16 or UTF-32, not UTF-8; save it as UTF-8 "
            "(for example `iconv -f utf-16 -t utf-8`)."
        )


@contextmanager
def _opened(file: Path) -> Iterator[io.TextIOBase]:
    unpacked = gzip.open if file.suffix.lower() == ".gz" else Path.open
    with unpacked(file, "rb") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as handle:
        yield handle


@contextmanager
def _refused(file: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        byte = f"0x{error.object[error.start]:02x}"
        raise DataContractError(
            f"{file}: cannot be read: byte {byte} is not UTF-8; {UTF8_REMEDY}."
        ) from error
    except (OSError, EOFError) as error:
        raise DataContractError(f"{file}: cannot be read: {error}; export it again.") from error
