"""The playbook in text: each play's conditions, owner and deadline, and what goes before it."""

from collections.abc import Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

from tiercast.config.message import Message
from tiercast.config.playbook import Play
from tiercast.config.text_table import TextTable

if TYPE_CHECKING:
    from tiercast.scoring.reach import Reach

COLUMNS = {
    "Play": "{play}",
    "Conditions": "{conditions}",
    "Owner": "{owner}",
    "Days": "{days}",
    "Plays before it for some of the same customers": "{earlier}",
}


def playbook_table(plays: "Sequence[Reach]") -> TextTable:
    """Return a row per play, in order."""
    title = Message.of("Playbook: a customer's action is the first play that applies")
    return TextTable.of(title, COLUMNS, map(_described, plays))


def playbook_problems(plays: "Sequence[Reach]") -> list[str]:
    """Return a sentence on each play that never applies."""
    return [play.problem for play in plays if play.problem is not None]


def playbook_text(plays: "Sequence[Reach]") -> str:
    """Return the section on the playbook as Markdown."""
    table = playbook_table(plays)
    points = "\n".join(f"- {line}" for line in playbook_problems(plays))
    blocks = [f"## {table.title}", table.markdown(), points]
    return "\n\n".join(block for block in blocks if block) + "\n"


def conditions(play: Play) -> str:
    """Return the conditions of a play as text."""
    if not play.when:
        return Message.of("everyone else")
    found = (f"{c.column} {c.operator} {_shown(c.value)}" for c in play.when)
    return reduce(
        lambda first, more: Message.of("{first} and {more}", first=first, more=more), found
    )


def _described(one: "Reach") -> dict[str, Any]:
    play = one.play
    return {
        "play": play.name,
        "conditions": conditions(play),
        "owner": play.owner,
        "days": play.deadline_days,
        "earlier": one.earlier or None,
    }


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
