"""Who made which version the champion, when and why: a line of JSON each, beside the cards."""

import datetime as dt
import getpass
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from tiercast.artifacts.staging import locked
from tiercast.artifacts.text_file import write_text_atomically, writing
from tiercast.config.errors import InputError
from tiercast.tracking.store import MODELS_FOLDER

CARDS = MODELS_FOLDER / "cards"
GATE = "the gate"


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
        """Answer a promotion of this moment, by whoever is logged in unless named."""
        at = dt.datetime.now(dt.UTC).replace(microsecond=0, tzinfo=None)
        return cls(version, replaced, by or who_is_logged_in(), why, at)

    def sentence(self) -> str:
        """Answer it in words."""
        instead = "" if self.replaced is None else f" instead of version {self.replaced}"
        return f"{self.at} UTC, by {self.by}: version {self.version}{instead}. {self.why}"


def record(name: str, promotion: Promotion) -> None:
    """Add a promotion to the record of a model."""
    file = _file(name)
    with writing(file):
        file.parent.mkdir(parents=True, exist_ok=True)
    with locked(file.parent):
        before = file.read_text("utf-8") if file.exists() else ""
        line = json.dumps(asdict(promotion) | {"at": promotion.at.isoformat()}, ensure_ascii=False)
        write_text_atomically(file, before + line + "\n")


def promotions(name: str) -> list[Promotion]:
    """Answer the promotions of a model, oldest first."""
    file = _file(name)
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    told = [json.loads(line) for line in lines]
    return [Promotion(**one | {"at": dt.datetime.fromisoformat(one["at"])}) for one in told]


def who_is_logged_in() -> str:
    """Answer the user's name.

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


def _file(name: str) -> Path:
    return CARDS / f"{name}.promotions.jsonl"
