"""Past cutoffs, as heads saw them that knew only windows which had ended by then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.config.progress import Progress
from tiercast.modeling.component_models import ComponentModels, ComponentParams
from tiercast.modeling.ensemble import PastPredictions
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.member import Member
from tiercast.modeling.outlook import past_predictions
from tiercast.training.panel import Panel

ROLLING = "later, unseen window"
SPLIT = "same window, unseen customers"


@dataclass(frozen=True)
class Past:
    """A past cutoff's rows and what was said of them; `kind`: how it was kept from knowing."""

    cutoff: dt.date
    rows: pd.DataFrame
    said: PastPredictions
    kind: str

    @classmethod
    def of(
        cls,
        cutoff: dt.date,
        rows: pd.DataFrame,
        components: ComponentModels,
        season_known: bool,
        kind: str,
    ) -> Self:
        """Ask the heads."""
        return cls(
            cutoff, rows, past_predictions(components, rows, season_known=season_known), kind
        )


def past_cutoffs(
    panel: Panel,
    params: ComponentParams,
    seed: int,
    progress: Progress,
    members: Sequence[tuple[str, Member]] = (),
) -> list[Past]:
    """Return what was said of past cutoffs; of unseen customers where there is no past cutoff."""
    folds = rolling_folds(panel.cutoffs, panel.plan.window_days)
    progress.stage("forecast past cutoffs", max(1, len(folds)))
    past = []
    for fold in folds:
        components = ComponentModels.fit(fold.train_rows(panel.lived), params, seed, members)
        known = panel.season.known_before[fold.cutoff]
        past.append(Past.of(fold.cutoff, fold.test_rows(panel.rows), components, known, ROLLING))
        progress.step(str(fold.cutoff))
    if past:
        return past
    progress.say(
        "The history is too short to forecast a past window with older ones: level and scatter "
        "are learnt from unseen customers of the same window, which cannot show drift."
    )
    return _halves(panel, params, seed, members)


def _halves(
    panel: Panel, params: ComponentParams, seed: int, members: Sequence[tuple[str, Member]]
) -> list[Past]:
    """Return what is said of each half of a cutoff's customers by heads that saw the other half.

    It shows how values scatter where no past cutoff can be forecast, but not how levels drift.
    """
    cutoff = panel.cutoffs[-1]
    newest = panel.rows[panel.rows["as_of"] == cutoff]
    lived = panel.lived[panel.lived["as_of"] == cutoff]
    half = np.random.default_rng(seed).permutation(len(newest)) % 2
    known = panel.season.known_before[cutoff]
    return [
        Past.of(
            cutoff,
            newest[half == number],
            ComponentModels.fit(lived[half != number], params, seed, members),
            known,
            SPLIT,
        )
        for number in (0, 1)
    ]
