"""What a report leaves out, by name: stored tables of another horizon or value than its scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.modeling.target import Target
from tiercast.reporting.messages import MessageCatalogue

Kind = Literal["backtest", "grades", "migration", "monitoring", "moves"]
NAMED = 3  # days of a kind, the newest


@dataclass(frozen=True)
class LeftOut:
    """Tables of some days that are not the scores' own; `target` None: nothing says what of.

    A monitoring or migration whose `target` is the scores' was made of scores since replaced.
    """

    kind: Kind
    days: Sequence[date]
    target: Target | None


def previous_left_out(output: OutputFolder, day: date) -> list[LeftOut]:
    """Return the scores that changes were counted from, where they forecast another target."""
    found = output.previous_of_other_target(day)
    return [] if found is None else [LeftOut("moves", [found[0]], found[1])]


def left_out_sentence(left: Iterable[LeftOut], target: Target, say: MessageCatalogue) -> str:
    """Return in words what is left out, and why; "" where nothing is."""
    parts = [_part(one, target, say) for one in left]
    if not parts:
        return ""
    return say("left_out.sentence", what=say("left_out.between").join(parts))


def _part(one: LeftOut, target: Target, say: MessageCatalogue) -> str:
    days = say("left_out.comma").join(str(day) for day in one.days[-NAMED:])
    more = len(one.days) - NAMED
    if more > 0:
        days = say("left_out.more", days=days, count=str(more))
    return say(f"left_out.kinds.{one.kind}", days=days, target=_target(one.target, target, say))


def _target(found: Target | None, wanted: Target, say: MessageCatalogue) -> str:
    if found is None:
        return say("left_out.unknown")
    if found == wanted:
        return say("left_out.replaced")
    return say("left_out.target", days=str(found.horizon_days), value=say(f"worth.{found.value}"))
