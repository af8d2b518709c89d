"""From panel to model: tune, forecast past cutoffs, fit, calibrate, find segments."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from tiercast.config.message import Message
from tiercast.config.plugins import versions_of
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.config.tiers import TiersConfig
from tiercast.features.clv import ClvModels
from tiercast.features.horizons import is_of_further
from tiercast.modeling.calibration import to_log_odds
from tiercast.modeling.component_models import BTYD_FEATURE, LEAST_VALUE, partner
from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.folds import rolling_folds
from tiercast.modeling.further_outlook import FurtherOutlook
from tiercast.modeling.member import members_of
from tiercast.modeling.model_facts import ModelFacts, further_settings
from tiercast.modeling.next_order import WaitingTimes
from tiercast.modeling.outlook import Outlook
from tiercast.modeling.plugin_metrics import forecast_metrics
from tiercast.modeling.studies import Studies
from tiercast.modeling.trees import FittedTrees
from tiercast.modeling.tuning import Tuning, tune
from tiercast.segments.cluster_features import CLUSTER_FEATURES, CONTRACT_FEATURES
from tiercast.segments.clusters import CustomerSegments
from tiercast.segments.lifecycle import typical_gap_days
from tiercast.segments.rfm import rfm_edges
from tiercast.segments.tiers import tier_cuts, tier_cuts_without_buyers
from tiercast.training.evaluation import Evaluation
from tiercast.training.group_choice import GroupChoice
from tiercast.training.groups import fit_groups
from tiercast.training.horizon_fit import HorizonFit
from tiercast.training.horizon_rows import HorizonRows
from tiercast.training.panel import Panel
from tiercast.training.past_folds import PastFold


@dataclass(frozen=True)
class FittedModel:
    """A model, its tuning and its evaluation.

    `further_metrics` are of each further horizon; `groups` says how each group is forecast.
    """

    model: CustomerModel
    tuning: Tuning
    evaluation: Evaluation
    evaluation_kind: str
    further_metrics: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    groups: tuple[GroupChoice, ...] = ()


def fit_model(
    panel: Panel,
    config: Config,
    previous: CustomerModel | None,
    progress: Progress,
    studies: Studies | None = None,
) -> FittedModel:
    """Return the model fitted to a panel; segments keep the names of the previous model."""
    seed = config.train.seed
    # Each of these may refuse: before the search, which takes long.
    cuts = _tier_cuts(panel, config.tiers)
    members, metrics = members_of(config.plugins), forecast_metrics(config.plugins)
    folds = rolling_folds(panel.cutoffs, panel.plan.label_days)
    tuning = tune(
        panel.training_rows,
        folds,
        trials=config.train.trials,
        seed=seed,
        studies=studies,
        progress=progress,
    )
    fit = HorizonFit(config, tuning.best, cuts, members, metrics, progress)
    outlook, past = fit.outlook(panel)
    further = [_further_outlook(rows, fit) for rows in panel.further]
    for one in panel.left_out:
        progress.say(one.describe())
    progress.stage("find segments")
    segments = _segments(panel.current, config, previous)
    model = _customer_model(panel, config, outlook, segments, tuple(one for one, _ in further))
    fitted = FittedModel(
        model,
        tuning,
        fit.evaluation(panel, outlook, past),
        past[0].kind,
        {one.horizon_days: found.overall for one, found in further},
    )
    return fitted if config.by is None else _with_groups(fitted, panel, fit, past)


def _with_groups(
    fitted: FittedModel, panel: Panel, fit: HorizonFit, past: Sequence[PastFold]
) -> FittedModel:
    """Return the model with the outlooks of groups, judged on past forecasts made by these."""
    fit.progress.stage("judge the groups")
    model = fitted.model
    groups = fit_groups(panel, fit, model.outlook, past)
    return replace(
        fitted,
        model=replace(model, groups=groups.outlooks),
        evaluation=groups.evaluation,
        groups=groups.choices,
    )


def _further_outlook(rows: HorizonRows, fit: HorizonFit) -> tuple[FurtherOutlook, Evaluation]:
    plan = rows.plan
    fit.progress.say(
        Message.of(
            "Further horizon of {days} days: {rows:,} rows at {cutoffs} cutoffs.",
            days=plan.horizon_days,
            rows=len(rows.rows),
            cutoffs=len(rows.cutoffs),
        )
    )
    outlook, past = fit.outlook(rows)
    found = FurtherOutlook(
        plan.horizon_days,
        plan.window_days,
        rows.grid_days,
        rows.season.describe(),
        rows.certainty,
        outlook,
    )
    return found, fit.evaluation(rows, outlook, past)


def _customer_model(
    panel: Panel,
    config: Config,
    outlook: Outlook,
    segments: CustomerSegments,
    further: tuple[FurtherOutlook, ...],
) -> CustomerModel:
    return CustomerModel(
        _facts(panel, config),
        panel.clv,
        outlook,
        segments,
        rfm_edges(panel.current, config.rfm),
        _waiting(panel),
        further,
    )


def _waiting(panel: Panel) -> WaitingTimes:
    """Return when orders come; payments of contracts come on days that are known."""
    if not isinstance(panel.clv, ClvModels):
        return WaitingTimes.unfitted()
    return WaitingTimes.fit(panel.training_rows, panel.clv, panel.plan.window_days)


def feature_importance(outlook: Outlook) -> pd.DataFrame:
    """Return the share of the order trees' gain by feature, largest first."""
    learners = outlook.components.learners
    if learners is None:
        return pd.DataFrame({"feature": [BTYD_FEATURE], "share": [1.0]})
    return gain_shares(learners.order, outlook.components.design.features)


def gain_shares(trees: FittedTrees, features: Sequence[str]) -> pd.DataFrame:
    """Return the share of the trees' gain by feature, largest first."""
    gain = pd.Series(trees.booster.feature_importance("gain"), index=list(features))
    shares = (gain.groupby(level=0).sum() / max(gain.sum(), 1e-12)).sort_values(ascending=False)
    return shares.rename_axis("feature").rename("share").reset_index()


def _tier_cuts(panel: Panel, config: TiersConfig) -> tuple[float, ...]:
    """Return where tiers are cut, by what buyers were worth within the horizon."""
    bought = panel.rows["ordered"] & (panel.rows["value"] > 0)
    values = panel.rows.loc[bought, "value"].to_numpy()
    if len(values):
        return tuple(float(cut) for cut in tier_cuts(values, config))
    mean_order = float(panel.current["revenue"].sum() / panel.current["orders"].sum())
    return tier_cuts_without_buyers(max(LEAST_VALUE, mean_order), config)


def _segments(
    current: pd.DataFrame, config: Config, previous: CustomerModel | None
) -> CustomerSegments:
    features = CONTRACT_FEATURES if config.has_contracts else CLUSTER_FEATURES
    found = CustomerSegments(features=features, random_state=config.train.seed).fit(current)
    return found if previous is None else found.match_to(previous.segments)


def _facts(panel: Panel, config: Config) -> ModelFacts:
    chance, _ = partner(panel.rows)
    log_odds = to_log_odds(panel.rows[chance].to_numpy(dtype=float))
    return ModelFacts(
        name=config.name,
        trained_as_of=panel.as_of.isoformat(),
        horizon_days=panel.plan.horizon_days,
        window_days=panel.plan.window_days,
        limit=panel.limit,
        grid=panel.grid,
        grid_days=panel.grid_days,
        **asdict(config.outlook.worth),
        tier_names=config.tiers.names,
        assign=config.tiers.assign,
        event_types=panel.setting.event_types,
        plans=panel.setting.plans,
        churn=config.outlook.churn,
        feature_names=tuple(n for n in panel.feature_names if not is_of_further(n)),
        profile_columns=panel.profile_columns,
        active_days=config.outlook.active_days,
        population_gap_days=float(typical_gap_days(panel.current)),
        partner_base=float(np.mean(log_odds)),
        on_clock=panel.season.is_known,
        season=panel.season.describe(),
        certainty=panel.certainty,
        language=config.language,
        rfm_weights=config.rfm.weights,
        plugins=versions_of(config.plugins),
        by=config.by,
        preferences=panel.setting.preferences,
        further_settings=further_settings(config),
    )
