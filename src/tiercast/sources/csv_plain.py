"""CSV files as people export them, made plain: UTF-8, the header first, no lines that are no data.

A plain file is read in place. Of any other a plain copy is written to the scratch folder, line by
line, and every line left out is noted.
"""

import codecs
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tiercast.config.message import Message
from tiercast.sources.csv_text import (
    SEPARATOR_LINE,
    PlainCsv,
    TextPlace,
    fields,
    place_of,
    reading_text,
)
from tiercast.sources.encodings import UTF8, UTF8_MARKED, encoding_of, reading_bytes
from tiercast.sources.file_notes import EXAMPLES, READ, FileNote, examples, left_out
from tiercast.sources.scratch import filling, new_path
from tiercast.sources.table_place import footer_rows

CHUNK = 1 << 20
TAIL = 1 << 16  # bytes in which totals below the table are looked for
CURLY = str.maketrans(dict.fromkeys("“”„", '"'))
# Excel's way to keep a number as it is written: ="0012".
AS_TEXT = re.compile(rb"(?:^|[\r\n,;\t|\"])=\"")


@dataclass(frozen=True)
class _Oddities:
    """Reasons why a file cannot be read as it is."""

    footers: tuple[str, ...]
    repeats: bool
    formulas: bool
    curly: bool
    excess: int


def plain_csv(file: Path, name: str, encoding: str | None, scratch: Path) -> PlainCsv:
    """Return a plain CSV file with the rows of any CSV file; `encoding` is that of the config.

    Raises
    ------
    DataContractError
        The file is no text, or its encoding is not settled.
    """
    file, notes = in_utf8(file, name, encoding, scratch)
    place = place_of(file, name)
    odd = _oddities(file, name, place)
    lines_above = len(place.above)
    if place.above or any((odd.footers, odd.repeats, odd.formulas, odd.curly, odd.excess)):
        file, repeats = _rewritten(file, name, place, odd, scratch)
        notes += _left_out(name, place, odd, repeats)
    return PlainCsv(
        file, name, place.sign, _columns(place, odd), place.quote, lines_above, notes=notes
    )


def _columns(place: TextPlace, odd: _Oddities) -> tuple[str, ...]:
    columns = place.columns[: len(place.columns) - odd.excess]
    return tuple(column.strip("“”„") for column in columns) if odd.curly else columns


def in_utf8(
    file: Path, name: str, given: str | None, scratch: Path
) -> tuple[Path, tuple[FileNote, ...]]:
    """Return a text file in UTF-8: itself, or a copy and a note of the encoding it was read in.

    Raises
    ------
    DataContractError
        The file is no text, or its encoding is not settled.
    """
    encoding = encoding_of(file, name, given)
    if encoding in (UTF8, UTF8_MARKED):
        return file, ()
    copy = new_path(scratch, "plain.csv")
    count, texts = 0, dict[str, None]()
    with (
        reading_bytes(file, name) as raw,
        filling(scratch),
        io.TextIOWrapper(raw, encoding, newline="") as text,
        copy.open("w", encoding=UTF8, newline="") as target,
    ):
        for line in text:
            target.write(line)
            count += not line.isascii()
            if len(texts) < EXAMPLES:
                texts |= dict.fromkeys(_beyond_ascii(line))
    settled = encoding == given or encoding.startswith("utf")
    remedy = "nothing to do" if settled else "see that it reads right; else name the `encoding`"
    how = Message.of("lines read as {encoding}", encoding=encoding)
    note = FileNote(name, "encoding", count, READ, how, remedy, examples(list(texts)))
    return copy, (note,) if count else ()


def _beyond_ascii(line: str) -> list[str]:
    parts = re.split(r"[,;\t|\r\n\"]", line)
    return [part.strip() for part in parts if not part.isascii()]


def _oddities(file: Path, name: str, place: TextPlace) -> _Oddities:
    header = place.header.encode()
    head = _header_pattern(place)
    first = True
    repeats = formulas = False
    tail = rest = b""
    with reading_bytes(file, name) as handle:
        for chunk in iter(lambda: handle.read(CHUNK), b""):
            seen = rest + chunk
            formulas = formulas or (b'="' in seen and AS_TEXT.search(seen) is not None)
            repeats = repeats or _again(head, seen, place, first=first)
            rest = seen[-2 * len(header) - 2 :]
            tail = (tail + chunk)[-TAIL:]
            first = False
    return _Oddities(_footers(tail, place), repeats, formulas, _is_curly(place), _excess(place))


def _header_pattern(place: TextPlace) -> re.Pattern[bytes] | None:
    """Return a pattern of the header's names, in any case, with quotes or without; None if few."""
    names = [re.escape(name.strip().encode()) for name in _trimmed(list(place.columns))]
    if len(names) < 2:
        return None
    mark = place.quote.encode()
    between = rb"[ %b]*%b[ %b]*" % (mark, re.escape(place.sign.encode()), mark)
    return re.compile(rb"[\r\n][ %b]*" % mark + between.join(names), re.IGNORECASE)


def _again(head: re.Pattern[bytes] | None, seen: bytes, place: TextPlace, *, first: bool) -> bool:
    """Return whether a piece of the file below the header repeats the header's line."""
    if head is None or place.header.count("\n") > 1:
        return False
    longest = max((name.strip().encode() for name in place.columns), key=len)
    if longest.lower() not in seen.lower():  # a quick check, since it runs over every byte
        return False
    skipped = len("".join((*place.above, place.header)).encode()) - 1 if first else 0
    skipped += len(codecs.BOM_UTF8) if seen.startswith(codecs.BOM_UTF8) and first else 0
    return head.search(seen, max(skipped, 0)) is not None


def _is_curly(place: TextPlace) -> bool:
    names = [column.strip() for column in place.columns if column.strip()]
    return bool(names) and all(name[0] in "“„" and name[-1] in "”“" for name in names)


def _excess(place: TextPlace) -> int:
    """Return the number of separators that end the header but not the lines below it."""
    empty = 0
    while empty < len(place.columns) and not place.columns[-1 - empty].strip():
        empty += 1
    more = len(place.columns) - place.width
    return more if 0 < more <= empty else 0


def _footers(tail: bytes, place: TextPlace) -> tuple[str, ...]:
    """Return the last lines that are no rows of the table."""
    text = tail.decode(UTF8, "ignore")
    lines = list(io.StringIO(text, newline=""))
    head = len(place.above) + len(list(io.StringIO(place.header, newline="")))
    below = lines[1:] if len(tail) == TAIL else lines[head:]
    rows = [_cells(line, place) for line in below]
    count = footer_rows(rows, place.width, ended=text.endswith(("\n", "\r")))
    return tuple(below[len(below) - count :])


def _cells(line: str, place: TextPlace) -> list[str]:
    """Return the fields of a line; all of the table's width where it is a part of a quoted one."""
    if line.count(place.quote) % 2:
        return ["x"] * max(place.width, 3)
    return fields(line.rstrip("\r\n"), place.sign, place.quote)


def _rewritten(
    file: Path, name: str, place: TextPlace, odd: _Oddities, scratch: Path
) -> tuple[Path, int]:
    """Return a copy from the header on, and how often the header is repeated.

    Lines in the middle become blank rather than go: messages name lines by their number.
    """
    copy = new_path(scratch, "plain.csv")
    repeats = 0
    formula = _formula(place.sign)
    with (
        reading_text(file, name) as text,
        filling(scratch),
        copy.open("w", encoding=UTF8, newline="") as target,
    ):
        for number, line in enumerate(_middle(text, len(place.above), len(odd.footers))):
            bare = line.rstrip("\r\n")
            end = line[len(bare) :]
            if number == 0 and odd.excess:
                bare = bare.rstrip()[: -odd.excess]
            elif number and odd.repeats and _is_header(bare, place):
                repeats += 1
                bare = ""
            bare = bare.translate(CURLY) if odd.curly else bare
            target.write((formula(bare) if odd.formulas else bare) + end)
    return copy, repeats


def _is_header(line: str, place: TextPlace) -> bool:
    first = place.columns[0].strip().casefold()
    if not line.lstrip(f" {place.quote}").casefold().startswith(first):
        return False  # a quick check, since it runs for every line
    cells = [cell.strip().casefold() for cell in fields(line, place.sign, place.quote)]
    return _trimmed(cells) == _trimmed([name.strip().casefold() for name in place.columns])


def _trimmed(cells: list[str]) -> list[str]:
    """Return cells up to the last that is filled."""
    last = max((place + 1 for place, cell in enumerate(cells) if cell), default=0)
    return cells[:last]


def _middle(lines: Iterable[str], above: int, below: int) -> Iterator[str]:
    """Yield lines without the first and last few."""
    waiting: deque[str] = deque()
    for number, line in enumerate(lines):
        if number < above:
            continue
        waiting.append(line)
        if len(waiting) > below:
            yield waiting.popleft()


def _formula(sign: str) -> Callable[[str], str]:
    """Return a function that writes fields such as ="0012" as plain ones."""
    part = re.escape(sign)
    bare = re.compile(rf'(?:(?<={part})|^)="([^"]*)"(?={part}|$)')
    quoted = re.compile(r'"=""((?:[^"])*)"""')
    return lambda line: quoted.sub(r'"\1"', bare.sub(r'"\1"', line))


def _left_out(name: str, place: TextPlace, odd: _Oddities, repeats: int) -> tuple[FileNote, ...]:
    above = [line for line in place.above if not SEPARATOR_LINE.fullmatch(line.strip())]
    return left_out(name, _filled(above, place), _filled(odd.footers, place), repeats)


def _filled(lines: Iterable[str], place: TextPlace) -> list[str]:
    texts = (line.strip().strip(place.sign).strip() for line in lines)
    return [text for text in texts if text]
