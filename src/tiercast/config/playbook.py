"""The playbook: ordered rules of what to do with whom, as rows of data, never code."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

from pydantic import Field

from tiercast.config.alerts import Condition
from tiercast.config.errors import ConfigError
from tiercast.config.lists import InLanguages, NamedRow, packaged_rows, rows_of_file
from tiercast.config.nearest import hint

PLAYBOOK = "playbook"  # the config's key and the manifest's


class Play(NamedRow):
    """What to do with the customers who meet all conditions and belong to no earlier play."""

    action: InLanguages
    """What to do, as in the column `action`."""
    channel: InLanguages | None = None
    """How customers are contacted."""
    offer: InLanguages | None = None
    """What they are offered."""
    owner: InLanguages | None = None
    """Who is responsible."""
    deadline_days: int | None = Field(default=None, ge=1)
    """Days from the scored day until which it should be done."""
    when: tuple[Condition, ...] = ()
    """Conditions; all must hold. None: every customer."""


@cache
def default_plays(file: str = "playbook.yaml") -> tuple[Play, ...]:
    """Return the plays that come with the package, those of orders by default."""
    return packaged_rows(file, Play)


def plays_of(file: str | None, packaged: str = "playbook.yaml") -> tuple[Play, ...]:
    """Return the plays of a file, or those of a file of the package where there is none.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, breaks a rule, or ends with a play with conditions.
    """
    if file is None:
        return default_plays(packaged)
    plays = rows_of_file(file, Play, PLAYBOOK)
    if not plays or plays[-1].when:
        last = f"`{plays[-1].name}` has conditions" if plays else "there is none"
        raise ConfigError(
            f"{file}: the last play must apply to every customer, but {last}; add a last play "
            "without `when`."
        )
    return plays


def action_in(action: str, plays: Iterable[Play], language: Literal["en", "zh"]) -> str:
    """Return an action of scores in a language; one of no play stays as it is."""
    known = (play.action for play in plays)
    same = (one for one in known if action in (one.en, one.zh))
    return next((one.in_language(language) for one in same), action)


def playbook_record(plays: Sequence[Play]) -> list[dict[str, object]]:
    """Return the plays as a manifest holds them."""
    return [play.model_dump(mode="json") for play in plays]


def check_words(
    plays: Sequence[Play], column: str, known: Sequence[str], origin: str = "Playbook"
) -> None:
    """Refuse plays that compare a column of words with one that is not among the known ones.

    Raises
    ------
    ConfigError
        A play does so; the message names the play, the word and the nearest known one.
    """
    for play in plays:
        for condition in play.when:
            if condition.column == column and condition.wants_text:
                for word in condition.values:
                    _check_word(str(word), known, f"{origin}: play `{play.name}`: {column}")


def _check_word(word: str, known: Sequence[str], place: str) -> None:
    if word not in known:
        raise ConfigError(f"{place} is never `{word}`; {hint(word, known)}")
