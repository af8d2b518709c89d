"""Whether each play has customers of its own: earlier plays may take all, or there are none.

Conditions are compared, not customers. The values of a column fall into cells between which no
condition makes a difference; a play is a set of cells for each column that it names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray
from tiercast.config.alerts import Condition
from tiercast.config.message import Message
from tiercast.config.playbook import Play
from tiercast.config.schema import Config
from tiercast.scoring.conditions import WORDS, meets

SHARE = (0.0, 1.0)
SHARES = ("churn_probability", "tier_confidence", "segment_confidence")
TIER = ("tier", "tier_rank", "tiers_below")  # one fact in three columns

Box = Mapping[str, BoolArray]  # for each column named: which of its cells


@dataclass(frozen=True)
class Reach:
    """A play's customers: `earlier` plays can take some of them, or all unless `is_reached`.

    `is_possible` is False where the play's conditions exclude each other.
    """

    play: Play
    earlier: tuple[str, ...]
    is_reached: bool
    is_possible: bool

    @property
    def problem(self) -> str | None:
        """A sentence on a play that never applies; None where it can."""
        if self.is_reached:
            return None
        return Message.of(
            "The play `{name}` never applies: its customers belong to earlier plays ({earlier}). "
            "Move it up, or leave it out."
            if self.is_possible
            else "The play `{name}` never applies: no customer can meet all of its conditions. "
            "Correct them.",
            name=self.play.name,
            earlier=self.earlier,
        )


def reaches(plays: Sequence[Play], tier_names: Sequence[str]) -> tuple[Reach, ...]:
    """Return the reach of each play, in order."""
    cells = _cells([c for play in plays for c in play.when], tier_names)
    boxes = [_box(play, cells) for play in plays]
    return tuple(
        _reach(play, box, dict(zip((p.name for p in plays[:n]), boxes, strict=False)))
        for n, (play, box) in enumerate(zip(plays, boxes, strict=True))
    )


def idle_plays(
    config: Config, tier_names: Sequence[str], segments: Sequence[str]
) -> tuple[str, ...]:
    """Return a sentence on each own play that never applies, or waits for an unknown segment.

    Segments are named anew with each training, so that a play may wait for one. The package's
    plays are for any number of tiers: with two, there is nobody to `grow`.
    """
    if config.playbook is None:
        return ()
    plays = config.plays
    waiting = tuple(
        f"The play `{play.name}` waits for the segment `{word}`, but the model's segments are "
        f"{', '.join(segments)}."
        for play in plays
        for condition in play.when
        if condition.column == "segment"
        for word in condition.values
        if word not in segments
    )
    found = reaches(plays, tier_names)
    return waiting + tuple(one.problem for one in found if one.problem is not None)


def _reach(play: Play, box: Box, before: Mapping[str, Box]) -> Reach:
    possible = _is_possible(box)
    others = {name: other for name, other in before.items() if _is_possible(other)}
    earlier = {name: other for name, other in others.items() if possible and _meet(box, other)}
    reached = possible and _is_left(box, list(earlier.values()))
    return Reach(play, tuple(earlier), reached, possible)


def _is_possible(box: Box) -> bool:
    return all(held.any() for held in box.values())


def _is_left(box: Box, others: Sequence[Box]) -> bool:
    """Return whether a box has a cell that none of the others holds."""
    meeting = [other for other in others if _meet(box, other)]
    if not meeting:
        return True
    first, *rest = meeting
    inside = dict(box)
    for axis, held in first.items():  # what lies outside of the first, one axis after another
        own = inside.get(axis, np.ones(len(held), dtype=bool))
        if (own & ~held).any() and _is_left({**inside, axis: own & ~held}, rest):
            return True
        inside[axis] = own & held
    return False


def _meet(one: Box, other: Box) -> bool:
    return all((one[axis] & other[axis]).any() for axis in one.keys() & other.keys())


def _box(play: Play, cells: Mapping[str, pd.DataFrame]) -> Box:
    box: dict[str, BoolArray] = {}
    for condition in play.when:
        axis = _axis(condition.column)
        held = meets(condition, cells[axis][condition.column])
        box[axis] = box.get(axis, held) & held
    return box


def _axis(column: str) -> str:
    return TIER[0] if column in TIER else column


def _cells(conditions: Iterable[Condition], tier_names: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return the cells of each axis, a row each."""
    named: dict[str, list[Condition]] = {}
    for condition in conditions:
        named.setdefault(condition.column, []).append(condition)
    cells = {column: pd.DataFrame({column: _values(column, of)}) for column, of in named.items()}
    ranks = range(len(tier_names))
    tiers = {"tier": list(tier_names), "tier_rank": ranks, "tiers_below": ranks[::-1]}
    return {**cells, TIER[0]: pd.DataFrame(tiers)}


def _values(column: str, conditions: Sequence[Condition]) -> list[object]:
    """Return a value of each cell: those named, one between each two, and a missing one."""
    if column in WORDS:
        return list(WORDS[column])
    named = {value for condition in conditions for value in condition.values}
    if any(isinstance(value, str) for value in named):
        return [*sorted(map(str, named)), "", None]  # "" is any other word
    points = np.unique(np.array([*named, *(SHARE if column in SHARES else ())], dtype=float))
    between = (points[:-1] + points[1:]) / 2
    if column in SHARES:
        found = np.concatenate([points, between])
        return list(found[(found >= SHARE[0]) & (found <= SHARE[1])])
    return [*points, *between, points[0] - 1, points[-1] + 1, np.nan]
