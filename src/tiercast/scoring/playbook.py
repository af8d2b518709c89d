"""The next action of each customer: the first play whose conditions the scored row meets."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tiercast.arrays import IntArray
from tiercast.config.playbook import Play, check_words
from tiercast.modeling.phrases import Language
from tiercast.scoring.conditions import WORDS, Kind, check_rules, meets_all

# Columns of the scores that follow from a row's play.
FOLLOWING = ("action", "action_id")


def actions(rows: pd.DataFrame, plays: Sequence[Play], language: Language) -> pd.DataFrame:
    """Return the columns `action` (text) and `action_id` (the play's name) of each row."""
    chosen = first_plays(rows, plays)
    texts = np.array([play.action.in_language(language) for play in plays], dtype=object)
    names = np.array([play.name for play in plays], dtype=object)
    return pd.DataFrame({"action": texts[chosen], "action_id": names[chosen]}, index=rows.index)


def first_plays(rows: pd.DataFrame, plays: Sequence[Play]) -> IntArray:
    """Return the position of each row's play, (n,); the last one has no conditions."""
    held = np.column_stack([meets_all(play.when, rows) for play in plays])
    first: IntArray = np.argmax(held, axis=1)
    return first


def check_plays(
    plays: Sequence[Play], kinds: Mapping[str, Kind], tier_names: Sequence[str]
) -> None:
    """Refuse plays over columns, tiers or stages that there are not.

    Raises
    ------
    InputError
        A play names one; the message names the play and the nearest known one.
    """
    before = {name: kind for name, kind in kinds.items() if name not in FOLLOWING}
    check_rules(plays, before, "Play")
    for column, words in {"tier": tier_names, **WORDS}.items():
        check_words(plays, column, words)
