"""From label table to model: tune, forecast each fold by the others, fit, set the level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tiercast.arrays import BoolArray, FloatArray, IntArray
from tiercast.config.message import Message
from tiercast.config.progress import Progress
from tiercast.config.schema import Config
from tiercast.config.tiers import TiersConfig
from tiercast.modeling.assignment import assign_by_risk
from tiercast.modeling.folds import CustomerFold, stratified_folds
from tiercast.modeling.label_model import LabelFacts, LabelModel
from tiercast.modeling.label_outlook import (
    LabelEnsemble,
    LabelLearners,
    LabelOutlook,
    fit_tier_sets,
    staying,
)
from tiercast.modeling.studies import Studies
from tiercast.modeling.target import Target
from tiercast.modeling.trees import TreeParams
from tiercast.modeling.tuning import SEARCH_TASKS, Tuning, tune
from tiercast.segments.tiers import tier_cuts, true_tiers
from tiercast.training.evaluation import Evaluation, metrics_of_rows
from tiercast.training.label_panel import LabelPanel

FOLDS = "same table, unseen customers"
ORDER = tuple(task for task in SEARCH_TASKS if task.name == "order")


@dataclass(frozen=True)
class FittedLabels:
    """A model, its tuning, and its evaluation by folds."""

    model: LabelModel
    tuning: Tuning
    evaluation: Evaluation


@dataclass(frozen=True)
class UnseenForecast:
    """Each row's forecast by models that did not see it: log odds of staying, (n, 2)."""

    log_odds: FloatArray
    stayed: BoolArray
    part: IntArray

    def ensemble(self, but: int | None = None) -> LabelEnsemble:
        """Return weights and level by all rows, or by those outside of a fold."""
        rows = np.ones(len(self.stayed), dtype=bool) if but is None else self.part != but
        return LabelEnsemble.fit(self.log_odds[rows], self.stayed[rows])

    def churn(self) -> FloatArray:
        """Return the chance to leave, weights and level of each fold from the others, (n,)."""
        found = np.empty(len(self.stayed))
        for number in np.unique(self.part):
            inside = self.part == number
            found[inside] = self.ensemble(but=number).churn(self.log_odds[inside])
        return found


def fit_labels(
    panel: LabelPanel, config: Config, progress: Progress, studies: Studies | None = None
) -> FittedLabels:
    """Return the model fitted to a label table, judged on customers it did not see."""
    rows, train = panel.rows, config.train
    cuts = value_cuts(rows, config)
    folds = stratified_folds(rows["ordered"], rows["customer_id"])
    tuning = tune(
        panel.learned,
        folds,
        trials=train.trials,
        seed=train.seed,
        studies=studies,
        progress=progress,
        tasks=ORDER,
    )
    unseen = forecast_unseen(panel.learned, folds, tuning.best.order, train.seed, progress)
    progress.stage("fit the final trees")
    learners = LabelLearners.fit(panel.learned, tuning.best.order, train.seed)
    churn, worth = unseen.churn(), worth_of(rows, panel.value_feature)
    by_fold = [
        (churn[inside], worth[inside], unseen.stayed[inside])
        for inside in (unseen.part == fold.number for fold in folds)
    ]
    outlook = LabelOutlook(learners, unseen.ensemble(), cuts, fit_tier_sets(by_fold, cuts))
    model = LabelModel(_facts(panel, config), outlook)
    return FittedLabels(model, tuning, _evaluation(panel, model, unseen, churn, config.tiers))


def value_cuts(rows: pd.DataFrame, config: Config) -> tuple[float, ...]:
    """Return where tiers are cut, by what those who stayed are worth; none of risk bands."""
    if config.outlook.value_column is None:
        return ()
    values = rows.loc[rows["value"] > 0, "value"].to_numpy()
    return tuple(float(cut) for cut in tier_cuts(values, config.tiers))


def forecast_unseen(
    rows: pd.DataFrame,
    folds: Sequence[CustomerFold],
    params: TreeParams,
    seed: int,
    progress: Progress,
) -> UnseenForecast:
    """Return the forecasts of each fold's customers by models fitted to all others."""
    progress.stage("forecast customers that the models did not see", len(folds))
    log_odds = np.empty((len(rows), 2))
    for fold in folds:
        known, test = fold.rows(rows)
        learners = LabelLearners.fit(known, params, seed)
        log_odds[fold.part == fold.number] = learners.log_odds(test)
        progress.step(Message.of("fold {number}", number=fold.number))
    return UnseenForecast(log_odds, rows["ordered"].to_numpy(dtype=bool), folds[0].part)


def worth_of(rows: pd.DataFrame, value_feature: str | None) -> FloatArray:
    """Return what each customer is worth if they stay, (n,); 1 without a value column."""
    if value_feature is None:
        return np.ones(len(rows))
    value = rows[value_feature].to_numpy(dtype=float, na_value=0.0)
    return np.maximum(np.nan_to_num(value), 0.0)


def _evaluation(
    panel: LabelPanel,
    model: LabelModel,
    unseen: UnseenForecast,
    churn: FloatArray,
    tiers: TiersConfig,
) -> Evaluation:
    """Return forecast and truth of every row, and the metrics of each fold."""
    cuts, tier_sets = model.outlook.tier_cuts, model.outlook.tier_sets
    predicted = staying(churn, model.worth(panel.rows))
    chances = predicted.tier_probabilities(cuts)
    ids = panel.rows["customer_id"].to_numpy()
    assigned = assign_by_risk(tiers.assign, chances, predicted.churn, ids)
    names = np.array(model.facts.tier_names, dtype=object)
    value = panel.rows["value"].to_numpy(dtype=float)
    low, high = predicted.interval()
    predictions = pd.DataFrame(
        {
            "customer_id": ids,
            "as_of": panel.as_of,
            "fold": unseen.part,
            "ordered": unseen.stayed,
            "value": value,
            "churn_probability": predicted.churn,
            "expected_value": predicted.expected_value,
            "value_low": low,
            "value_high": high,
            "tier": names[assigned],
            "true_tier": names[true_tiers(value, unseen.stayed, cuts)],
            "tier_confidence": chances[np.arange(len(assigned)), assigned],
            "tier_set": [names[row].tolist() for row in tier_sets.members(chances, assigned)],
        }
    )
    by_fold = {
        number: metrics_of_rows(predictions[unseen.part == number])
        for number in np.unique(unseen.part).tolist()
    }
    return Evaluation(predictions, by_fold)


def _facts(panel: LabelPanel, config: Config) -> LabelFacts:
    return LabelFacts(
        name=config.name,
        trained_as_of=panel.as_of.isoformat(),
        outcome=Target.of_config(config).outcome,
        value_feature=panel.value_feature,
        tier_names=config.tiers.names,
        assign=config.tiers.assign,
        features=panel.feature_names,
        language=config.language,
    )
