"""Who made which version the champion, when and why: tags of the versions in the registry.

A tag of the registered model announces a promotion before the alias moves; afterwards a tag of the
version records it. So a promotion that cannot be recorded is not made, and the next command sees
from tag and alias whether one that was interrupted was made.
"""

import datetime as dt
import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Self

from tiercast.artifacts.staging import writing
from tiercast.config.errors import InputError
from tiercast.sources.file_lock import locked
from tiercast.tracking.store import MODELS_FOLDER, open_client, using_store

CARDS = MODELS_FOLDER / "cards"
GATE = "the gate"
ANNOUNCED = "promotion"  # tag of the registered model
PROMOTED = "promoted."  # tags of a version begin so; the time follows


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
        """Return a promotion at this moment (UTC), by the user who is logged in unless named.

        Raises
        ------
        InputError
            Nobody is named, and the system knows no user name.
        """
        at = dt.datetime.now(dt.UTC).replace(tzinfo=None)
        return cls(version, replaced, by or _user(), why, at)

    @classmethod
    def from_tag(cls, text: str) -> Self:
        """Return the promotion that `to_tag` wrote.

        Raises
        ------
        InputError
            The tag was changed by hand; the message shows it.
        """
        try:
            values = json.loads(text)
            return cls(**values | {"at": dt.datetime.fromisoformat(values["at"])})
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"A tag of a promotion in the MLflow registry is damaged ({error}): {text!r}. "
                "Correct or delete it there, then run this again."
            ) from error

    def to_tag(self) -> str:
        """Return the promotion as one line of JSON."""
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}, ensure_ascii=False)

    def sentence(self) -> str:
        """Return the promotion as text on one line."""
        instead = "" if self.replaced is None else f" instead of version {self.replaced}"
        at = self.at.replace(microsecond=0)
        text = f"{at} UTC, by {self.by}: version {self.version}{instead}. {self.why}"
        return " ".join(text.split())


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Let one job of this machine at a time move and record champions.

    Raises
    ------
    OutputError
        The folder of the cards cannot be made.
    """
    with writing(CARDS / name):
        CARDS.mkdir(parents=True, exist_ok=True)
    with locked(CARDS):
        yield


def promotions(name: str) -> list[Promotion]:
    """Return the promotions of a model, oldest first.

    Raises
    ------
    InputError
        A tag was changed by hand; the message shows it.
    """
    versions = open_client().search_model_versions(f"name = '{name}'")
    tags = [tag for version in versions for tag in version.tags.items()]
    texts = [text for key, text in tags if key.startswith(PROMOTED)]
    return sorted(map(Promotion.from_tag, texts), key=lambda one: one.at)


def announce(name: str, promotion: Promotion) -> None:
    """Write that a promotion is about to be made.

    Raises
    ------
    OutputError
        The store refuses, so the promotion must not be made.
    """
    client = open_client()
    with using_store():
        client.set_registered_model_tag(name, ANNOUNCED, promotion.to_tag())


def settle(name: str, champion: str | None) -> tuple[str, ...]:
    """Record an announced promotion if its version is the `champion`, else drop it.

    Returns a sentence on it; none if nothing was announced.

    Raises
    ------
    InputError
        A tag was changed by hand; the message shows it.
    OutputError
        The store refuses; the promotion stays announced.
    """
    client = open_client()
    promotions(name)  # a damaged record is reported before the champion moves
    models = client.search_registered_models(f"name = '{name}'", max_results=1)
    texts = [model.tags[ANNOUNCED] for model in models if ANNOUNCED in model.tags]
    if not texts:
        return ()
    announced = Promotion.from_tag(texts[0])
    made = announced.version == champion
    with using_store():
        if made:
            key = f"{PROMOTED}{announced.at.isoformat()}"
            client.set_model_version_tag(name, announced.version, key, announced.to_tag())
        client.delete_registered_model_tag(name, ANNOUNCED)
    became = "made; it is on record now" if made else "never made"
    return (f"A promotion that was cut off was {became}: {announced.sentence()}",)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise InputError(
            "A promotion is recorded with who made it, but the system knows no user name: "
            "name one with --by."
        ) from error
