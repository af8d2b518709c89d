"""Past cutoffs, forecast by component models that saw only windows which had ended by then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.modeling.component_models import ComponentModels, ComponentParams
from tiercast.modeling.ensemble import PastPredictions
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.member import Member
from tiercast.modeling.outlook import past_predictions
from tiercast.training.horizon_rows import HorizonRows

ROLLING = "later, unseen window"
SPLIT = "same window, unseen customers"


@dataclass(frozen=True)
class PastFold:
    """A past cutoff's rows and their forecasts; `kind` says what the models had not seen."""

    cutoff: dt.date
    rows: pd.DataFrame
    past: PastPredictions
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
        """Forecast the rows."""
        return cls(
            cutoff, rows, past_predictions(components, rows, season_known=season_known), kind
        )


def past_cutoffs(
    panel: HorizonRows,
    params: ComponentParams,
    seed: int,
    progress: Progress,
    members: Sequence[tuple[str, Member]] = (),
) -> list[PastFold]:
    """Return forecasts of past cutoffs, or of unseen customers if no window had ended before."""
    folds = rolling_folds(panel.cutoffs, panel.plan.label_days)
    progress.stage("forecast past cutoffs", max(1, len(folds)))
    past = []
    for fold in folds:
        components = ComponentModels.fit(
            fold.train_rows(panel.training_rows), params, seed, members
        )
        known = panel.season.known_before[fold.cutoff]
        past.append(
            PastFold.of(fold.cutoff, fold.test_rows(panel.rows), components, known, ROLLING)
        )
        progress.step(str(fold.cutoff))
    if past:
        return past
    progress.say(
        Message.of(
            "The history is too short to forecast a past window with older ones: level and "
            "scatter are estimated from unseen customers of the same window, which cannot show "
            "drift."
        )
    )
    return _halves(panel, params, seed, members)


def _halves(
    panel: HorizonRows, params: ComponentParams, seed: int, members: Sequence[tuple[str, Member]]
) -> list[PastFold]:
    """Return forecasts of each half of a cutoff's customers by models fitted to the other half.

    It shows how values scatter where no past cutoff can be forecast, but not how levels drift.
    """
    cutoff = panel.cutoffs[-1]
    newest = panel.rows[panel.rows["as_of"] == cutoff]
    training_rows = panel.training_rows[panel.training_rows["as_of"] == cutoff]
    half = np.random.default_rng(seed).permutation(len(newest)) % 2
    known = panel.season.known_before[cutoff]
    return [
        PastFold.of(
            cutoff,
            newest[half == number],
            ComponentModels.fit(training_rows[half != number], params, seed, members),
            known,
            SPLIT,
        )
        for number in (0, 1)
    ]
