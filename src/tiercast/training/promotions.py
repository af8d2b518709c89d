"""Who made which version the champion, when and why: a line of JSON each, beside the cards.

A promotion is announced in a file of its own before the alias moves, and goes into the record
afterwards: what cannot be written down is not made, and of one that was cut off between the two
the next command tells by the alias whether it was made.
"""

import datetime as dt
import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tiercast.artifacts.staging import writing
from tiercast.artifacts.text_file import write_text_atomically
from tiercast.config.errors import InputError
from tiercast.sources.file_lock import locked
from tiercast.tracking.store import MODELS_FOLDER

CARDS = MODELS_FOLDER / "cards"
GATE = "the gate"
SHOWN = 60  # characters of a damaged line


@dataclass(frozen=True)
class Promotion:
    """A version became the champion; `replaced` is the one before it, if there was one."""

    version: str
    replaced: str | None
    by: str
    why: str
    at: dt.datetime

    @classmethod
    def now(cls, version: str, replaced: str | None, by: str | None, why: str) -> Self:
        """Return a promotion of this moment, by whoever is logged in unless named."""
        at = dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None)
        return cls(version, replaced, by or who_is_logged_in(), why, at)

    @classmethod
    def from_json(cls, line: str) -> Self:
        """Return the promotion that a line tells of; a ValueError where it tells of none."""
        told = json.loads(line)
        names = list(cls.__dataclass_fields__)
        if not isinstance(told, dict) or set(told) != set(names):
            raise ValueError(f"it should have {', '.join(names)}")
        if not all(isinstance(told[name], str) for name in names if name != "replaced"):
            raise ValueError("all but `replaced` should be text")
        return cls(**told | {"at": dt.datetime.fromisoformat(told["at"])})

    def to_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    def sentence(self) -> str:
        """Return it in words, on one line whatever was typed."""
        instead = "" if self.replaced is None else f" instead of version {self.replaced}"
        told = f"{self.at} UTC, by {self.by}: version {self.version}{instead}. {self.why}"
        return " ".join(told.split())


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one job of this machine at a time move and record champions.

    Raises
    ------
    OutputError
        The record's folder cannot be made.
    """
    with writing(_file(name)):
        CARDS.mkdir(parents=True, exist_ok=True)
    with locked(CARDS):
        yield


def promotions(name: str) -> list[Promotion]:
    """Return the promotions of a model, oldest first, without a last line that was cut off.

    Raises
    ------
    InputError
        A line is damaged; the message names file, line and remedy.
    """
    return [_promotion(_file(name), *numbered) for numbered in enumerate(_lines(name)[0], 1)]


def announce(name: str, promotion: Promotion) -> None:
    """Put on the disk that a promotion is about to be made.

    Raises
    ------
    OutputError
        It cannot be written, so the promotion is not to be made.
    """
    write_text_atomically(_announced(name), promotion.to_json() + "\n")


def settle(name: str, champion: str | None) -> tuple[str, ...]:
    """Bring the record in line with what became of a promotion; answers what was mended.

    One that was announced is recorded where its version is the `champion`, and dropped where it
    isn't; a last line that was cut off is taken out.

    Raises
    ------
    InputError
        A line is damaged; the message names file, line and remedy.
    OutputError
        The record cannot be written; the promotion stays announced.
    """
    promotions(name)  # none is added to a damaged record
    lines, cut = _lines(name)
    announced = _read_announced(name)
    made = announced is not None and announced.version == champion
    if announced is not None and made:
        lines.append(announced.to_json().encode())
    if made or cut:
        write_text_atomically(_file(name), "".join(f"{line.decode()}\n" for line in lines))
    if announced is not None:
        _announced(name).unlink(missing_ok=True)
    return (*_about_cut(name, cut), *_about(announced, made))


def who_is_logged_in() -> str:
    """Return the user's name.

    Raises
    ------
    InputError
        The system knows none.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise InputError(
            "A promotion is recorded with who made it, but the system knows no user name: "
            "name one with --by."
        ) from error


def _about(announced: Promotion | None, made: bool) -> tuple[str, ...]:
    if announced is None:
        return ()
    became = "made; it is on record now" if made else "never made"
    return (f"A promotion that was cut off was {became}: {announced.sentence()}",)


def _about_cut(name: str, cut: bytes) -> tuple[str, ...]:
    if not cut:
        return ()
    return (f"{_file(name)}: the last line was cut off and is taken out: {_shown(cut)}.",)


def _lines(name: str) -> tuple[list[bytes], bytes]:
    """Return the whole lines of the record, and what a crash left of a last one."""
    file = _file(name)
    lines = (file.read_bytes() if file.exists() else b"").split(b"\n")
    last = lines.pop()
    if last and _is_whole(last):
        return [*lines, last], b""
    return lines, last


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _promotion(file: Path, number: int, line: bytes) -> Promotion:
    try:
        return Promotion.from_json(line.decode())
    except ValueError as error:
        raise InputError(
            f"{file}, line {number} is damaged ({error}): {_shown(line)}. Mend the line, take it "
            "out, or bring back the file from version control; then run this again."
        ) from error


def _shown(line: bytes) -> str:
    return repr(line.decode(errors="replace")[:SHOWN])


def _read_announced(name: str) -> Promotion | None:
    file = _announced(name)
    return _promotion(file, 1, file.read_bytes()) if file.is_file() else None


def _file(name: str) -> Path:
    return CARDS / f"{name}.promotions.jsonl"


def _announced(name: str) -> Path:
    return CARDS / f".{name}.promotion.json"
