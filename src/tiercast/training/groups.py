"""Groups of customers: tiers of their own, and whose model forecasts each of them.

Three ways are judged on past days that no model had seen: the model of all customers, the same
at the level of the group's own past, and a model fitted to the group alone. Another way than the
first is taken only where it is clearly better: most groups are small.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from tiercast.config.errors import InputError
from tiercast.config.tiers import TiersConfig
from tiercast.contract.groups import GROUP
from tiercast.modeling.calibration import Calibration, FoldForecast
from tiercast.modeling.group_outlook import GroupOutlook, How
from tiercast.modeling.outlook import Outlook
from tiercast.modeling.post_hoc import PostHocCalibration, SeasonAhead
from tiercast.segments.tiers import tier_cuts
from tiercast.training.evaluation import (
    Evaluation,
    PastForecast,
    calibrated_by_others,
    evaluation_of,
    forecast_rows,
)
from tiercast.training.group_choice import GroupChoice, Way, best_way, too_small
from tiercast.training.horizon_fit import HorizonFit, past_forecasts, season_ahead
from tiercast.training.horizon_rows import HorizonRows
from tiercast.training.past_folds import PastFold

LEAST_BUYERS = 100  # past buyers, for tiers of a group's own
Cuts = tuple[float, ...]


@dataclass(frozen=True)
class FittedGroups:
    """The groups' outlooks, how each was chosen, and past forecasts made that way."""

    outlooks: tuple[GroupOutlook, ...]
    choices: tuple[GroupChoice, ...]
    evaluation: Evaluation


def fit_groups(
    rows: HorizonRows, fit: HorizonFit, outlook: Outlook, past: Sequence[PastFold]
) -> FittedGroups:
    """Return the outlook of each group that has one of its own, and how it was chosen."""
    everyone = _Everyone.of(rows, fit, outlook, past)
    outlooks, choices = [], []
    frames: list[pd.DataFrame] = []
    for name in sorted({*rows.current[GROUP], *rows.rows[GROUP]}):
        way, choice = _Group(name, _of_group(rows, name), fit, everyone).chosen()
        fit.progress.say(choice.describe())
        choices.append(choice)
        frames += way.past
        if choice.own_tiers or way.how != "shared":
            outlooks.append(GroupOutlook.of(name, way.how, way.outlook))
    judged = evaluation_of(frames, everyone.past, fit.metrics)
    return FittedGroups(tuple(outlooks), tuple(choices), judged)


@dataclass(frozen=True)
class _Everyone:
    """All customers: outlook and its level, past forecasts, each one's calibration by others."""

    outlook: Outlook
    level: Calibration
    season: SeasonAhead
    past: Sequence[PastForecast]
    by_others: Sequence[PostHocCalibration]

    @classmethod
    def of(
        cls, rows: HorizonRows, fit: HorizonFit, outlook: Outlook, past: Sequence[PastFold]
    ) -> "_Everyone":
        judged, season = past_forecasts(outlook, past), season_ahead(rows)
        known = season.alike([one.forecast for one in judged])
        drift = Calibration.fit(known, season.usual_sd)
        level = outlook.calibration.then(Calibration(-drift.shift, -drift.log_scale))
        by_others = [calibrated_by_others(judged, one, fit.tier_cuts, season) for one in judged]
        return cls(outlook, level, season, judged, by_others)

    def of_group(self, name: str) -> list[tuple[PastForecast, PostHocCalibration]]:
        """Return the past forecasts of a group's customers, where it had any."""
        pairs = zip(self.past, self.by_others, strict=True)
        found = [(_past_of_group(one, name), whole) for one, whole in pairs]
        return [(one, whole) for one, whole in found if len(one.rows)]


@dataclass(frozen=True)
class _Group:
    """A group: its rows, and all customers."""

    name: str
    rows: HorizonRows
    fit: HorizonFit
    everyone: _Everyone

    def chosen(self) -> tuple[Way, GroupChoice]:
        """Return the way to forecast the group, and why it is that one."""
        pairs = self.everyone.of_group(self.name)
        past = [one for one, _ in pairs]
        cuts = self._cuts(past)
        small, config = too_small(self.rows, past), self.fit.config
        others = [] if small else [self._recalibrated(past, cuts), self._own(cuts)]
        metric = next(m for m in self.fit.metrics if m.name == config.train.gate_metric)
        shared = self._shared(pairs, cuts)
        way, choice = best_way(shared, others, metric, config.train.seed)
        return way, replace(
            choice,
            name=self.name,
            customers=len(self.rows.current),
            why=small or choice.why,
            own_tiers=cuts != self.fit.tier_cuts,
        )

    def _cuts(self, past: Sequence[PastForecast]) -> Cuts:
        """Return where the group's tiers are cut; as all where it has too few buyers."""
        own = own_cuts(self.rows.rows, self.fit.config.tiers) if past else None
        return self.fit.tier_cuts if own is None else own

    def _shared(self, pairs: Sequence[tuple[PastForecast, PostHocCalibration]], cuts: Cuts) -> Way:
        """Return the forecasts by the model of all customers, with the group's tiers."""
        past, whole = [one for one, _ in pairs], self.everyone.outlook
        if cuts == self.fit.tier_cuts:
            return self._way("shared", whole, pairs, cuts)
        own = self._calibration(past, cuts)
        outlook = replace(
            whole,
            tier_cuts=cuts,
            tier_sets=own.tier_sets,
            total_uncertainty=max(
                whole.total_uncertainty, own.total_uncertainty, key=lambda one: one.total_sd
            ),
        )
        calibrated = [
            (one, replace(by_all, tier_sets=self._by_others(past, one, cuts).tier_sets))
            for one, by_all in pairs
        ]
        return self._way("shared", outlook, calibrated, cuts)

    def _recalibrated(self, past: Sequence[PastForecast], cuts: Cuts) -> Way:
        """Return the forecasts at the level and scatter of the group's own past."""
        own = self._calibration(past, cuts)
        outlook = replace(
            self.everyone.outlook,
            calibration=self.everyone.level.then(own.drift),
            shapes=own.shapes,
            interval_level=own.interval_level,
            total_uncertainty=own.total_uncertainty,
            tier_cuts=cuts,
            tier_sets=own.tier_sets,
        )
        pairs = [(one, self._by_others(past, one, cuts)) for one in past]
        return self._way("recalibrated", outlook, pairs, cuts)

    def _own(self, cuts: Cuts) -> Way:
        """Return the forecasts by a model fitted to the group alone."""
        fit = replace(self.fit, tier_cuts=cuts)
        outlook, folds = fit.outlook(self.rows)
        past = past_forecasts(outlook, folds)
        pairs = [(one, self._by_others(past, one, cuts)) for one in past]
        return self._way("own", outlook, pairs, cuts)

    def _way(
        self,
        how: How,
        outlook: Outlook,
        pairs: Sequence[tuple[PastForecast, PostHocCalibration]],
        cuts: Cuts,
    ) -> Way:
        tiers = self.fit.config.tiers
        return Way(how, outlook, [forecast_rows(one, known, cuts, tiers) for one, known in pairs])

    def _calibration(self, past: Sequence[PastForecast], cuts: Cuts) -> PostHocCalibration:
        return PostHocCalibration.of([one.forecast for one in past], cuts, self.everyone.season)

    def _by_others(
        self, past: Sequence[PastForecast], one: PastForecast, cuts: Cuts
    ) -> PostHocCalibration:
        return calibrated_by_others(past, one, cuts, self.everyone.season)


def own_cuts(rows: pd.DataFrame, config: TiersConfig) -> Cuts | None:
    """Return where the tiers of past customers are cut; None: too few bought, or too alike."""
    values = rows.loc[rows["ordered"] & (rows["value"] > 0), "value"].to_numpy()
    if len(values) < LEAST_BUYERS:
        return None
    try:
        return tuple(float(cut) for cut in tier_cuts(values, config))
    except InputError:  # many have the same value
        return None


def _of_group(rows: HorizonRows, name: str) -> HorizonRows:
    """Return the rows of customers who were in a group at each cutoff."""
    whole, trained, now = (
        frame[frame[GROUP] == name].reset_index(drop=True)
        for frame in (rows.rows, rows.training_rows, rows.current)
    )
    return HorizonRows(rows.plan, rows.as_of, whole, trained, now, rows.season, rows.grid)


def _past_of_group(past: PastForecast, name: str) -> PastForecast:
    inside = (past.rows[GROUP] == name).to_numpy()
    one, left = past.forecast, past.forecast.left_share
    forecast = FoldForecast(
        one.log_odds[inside],
        one.mean_if_order[inside],
        one.ordered[inside],
        one.value[inside],
        one.season_known,
        None if left is None else left[inside],
    )
    return PastForecast(past.cutoff, past.rows[inside], forecast, past.kind)
