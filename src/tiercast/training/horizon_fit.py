"""How the outlook of a horizon is fitted and judged, from its rows and tuned parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.modeling.component_models import ComponentModels, ComponentParams
from tiercast.modeling.member import Member
from tiercast.modeling.metrics import Metric
from tiercast.modeling.outlook import Outlook, fit_outlook, fold_forecast
from tiercast.modeling.post_hoc import SeasonAhead
from tiercast.snapshots.closures import YEAR_DAYS
from tiercast.training.evaluation import Evaluation, PastForecast, evaluate_folds
from tiercast.training.horizon_rows import HorizonRows
from tiercast.training.past_folds import PastFold, past_cutoffs


@dataclass(frozen=True)
class HorizonFit:
    """How the outlook of a horizon is fitted: all share the parameters tuned for the main one."""

    config: Config
    params: ComponentParams
    tier_cuts: tuple[float, ...]
    members: Sequence[tuple[str, Member]]
    metrics: Sequence[Metric]
    progress: Progress

    @property
    def seed(self) -> int:
        """The seed of every random draw."""
        return self.config.train.seed

    def outlook(self, rows: HorizonRows) -> tuple[Outlook, list[PastFold]]:
        """Return the outlook of a horizon, and the past folds that it is calibrated by."""
        past = past_cutoffs(rows, self.params, self.seed, self.progress, self.members)
        self.progress.stage("fit the final trees")
        found = fit_outlook(
            ComponentModels.fit(rows.training_rows, self.params, self.seed, self.members),
            rows.current,
            [one.past for one in past],
            tier_cuts=self.tier_cuts,
            season=season_ahead(rows),
            seed=self.seed,
        )
        return found, past

    def evaluation(
        self, rows: HorizonRows, outlook: Outlook, past: Sequence[PastFold]
    ) -> Evaluation:
        """Return how well past cutoffs were forecast."""
        season, tiers = season_ahead(rows), self.config.tiers
        judged = past_forecasts(outlook, past)
        return evaluate_folds(judged, self.tier_cuts, tiers, season, self.metrics)


def season_ahead(panel: HorizonRows) -> SeasonAhead:
    """Return what is known of the season of a horizon."""
    season = panel.season
    return SeasonAhead(
        season.is_known,
        season.change,
        years=panel.plan.window_days / YEAR_DAYS,
        closed_years=season.closed_days / YEAR_DAYS,
    )


def past_forecasts(outlook: Outlook, past: Sequence[PastFold]) -> list[PastForecast]:
    """Return the ensemble's forecasts of past cutoffs."""
    return [
        PastForecast(one.cutoff, one.rows, fold_forecast(outlook.ensemble, one.past), one.kind)
        for one in past
    ]
